/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Well-formed messages for the unit tests to start from, and a generator of
 * numbers that is the same on every machine.
 */
#ifndef XENFS_UNIT_SAMPLE_H
#define XENFS_UNIT_SAMPLE_H

#include <stdint.h>

#include "xenfs_check.h"

#define SAMPLE_AREA (256u * 1024)

/* What is particular to an operation's arguments. */
struct sample_op {
	uint16_t op;
	const char *name;
	uint8_t used;		/* so many octets of the arguments mean something */
	bool node;		/* whether it is about a node */
	uint32_t in, out;	/* the least that a sample needs */
	bool longer;		/* in may be longer: it ends with a name or content */
};

extern const struct sample_op sample_ops[];
extern const unsigned int sample_nops;

#define EACH_OP(o)								\
	for (const struct sample_op *o = sample_ops; o < sample_ops + sample_nops; o++)

struct xenfsif_request sample_request(const struct sample_op *op);
struct xenfsif_response sample_response(const struct xenfsif_request *req);
struct xenfsif_attr sample_attr(void);
struct xenfsif_entry sample_entry(void);
const struct sample_op *sample_find(uint16_t op);
void sample_expect(uint16_t op, int got, int want, const char *what);

struct random {
	uint64_t state;
};

uint64_t random_next(struct random *r);
uint32_t random_below(struct random *r, uint32_t limit);
uint64_t random_hostile(struct random *r);

#endif
