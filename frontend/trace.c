// SPDX-License-Identifier: GPL-2.0
/* The tracepoints' one definition. */
#include "xenfs.h"
#define CREATE_TRACE_POINTS
#include "trace.h"
