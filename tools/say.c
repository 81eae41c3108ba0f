// SPDX-License-Identifier: GPL-2.0
/*
 * Messages for a person.
 */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

void say_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("xenfs: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
}
