/* SPDX-License-Identifier: GPL-2.0 */
#ifndef XENFS_DOMAIN_H
#define XENFS_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

struct domains;

struct domains *domains_open(void);
void domains_close(struct domains *domains);
bool domains_alive(struct domains *domains, uint32_t domid);
char *domains_name(struct domains *domains, uint32_t domid);
bool domains_find(struct domains *domains, const char *who, uint32_t *domid);

#endif
