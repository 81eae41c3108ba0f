/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_SAY_H
#define XENFS_SAY_H

/* Messages for a person, on stderr: "xenfs: …". */
__attribute__((format(printf, 1, 2)))
void say_error(const char *fmt, ...);

#endif
