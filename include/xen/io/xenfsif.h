/* SPDX-License-Identifier: MIT */
/******************************************************************************
 * xenfsif.h
 *
 * XenFS: a filesystem shared between virtual machines of one host.
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy
 * of this software and associated documentation files (the "Software"), to
 * deal in the Software without restriction, including without limitation the
 * rights to use, copy, modify, merge, publish, distribute, sublicense, and/or
 * sell copies of the Software, and to permit persons to whom the Software is
 * furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice shall be included in
 * all copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
 * IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
 * FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
 * LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
 * FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
 * DEALINGS IN THE SOFTWARE.
 */

#ifndef __XEN_PUBLIC_IO_XENFSIF_H__
#define __XEN_PUBLIC_IO_XENFSIF_H__

#ifdef __KERNEL__
#include <linux/types.h>
#include <xen/interface/io/ring.h>
#else
#include <stdint.h>
#endif

/*
 ******************************************************************************
 *                           Protocol version
 ******************************************************************************
 */
#define XENFSIF_PROTOCOL_VERSION	1

/*
 ******************************************************************************
 *                                Overview
 ******************************************************************************
 *
 * One xenbus device of type "xenfs" is one *share*: a directory tree of the
 * backend domain, known to the guest by its *tag*.  The frontend sends
 * requests over one or more rings; the backend executes each in its own VFS
 * and answers.  What is particular to XenFS is LEND: the backend grants the
 * pages of its *page cache* to the guest, read-only, and the guest maps them
 * and reads the file there.  All guests and the backend domain then read one
 * copy of the file, and a write in the backend domain is seen at the guest's
 * next load, the frame being the same.
 *
 * All integers are little-endian.  Lengths and offsets are in octets unless
 * "pages" is said; a page is always 4096 octets.  Every field called
 * "reserved" must be written as 0; a receiver that finds something else there
 * answers -EINVAL (backend) or treats the message as malformed (frontend).
 *
 * Neither side trusts the other.  What lies on a ring or in the data area may
 * change at any time: copy once, check the copy, use only the copy.
 *
 ******************************************************************************
 *                  Feature and Parameter Negotiation
 ******************************************************************************
 *
 * The two halves publish nodes in xenstore and negotiate as every split driver
 * does, by the "state" node of each end (XenbusState).
 *
 * Example of a share in xenstore, connected:
 *
 * /local/domain/0/backend/xenfs/5/0/frontend-id = "5"
 * /local/domain/0/backend/xenfs/5/0/frontend = "/local/domain/5/device/xenfs/0"
 * /local/domain/0/backend/xenfs/5/0/online = "1"
 * /local/domain/0/backend/xenfs/5/0/state = "4"
 * /local/domain/0/backend/xenfs/5/0/tag = "home"
 * /local/domain/0/backend/xenfs/5/0/path = "/srv/home"
 * /local/domain/0/backend/xenfs/5/0/mode = "ro"
 * /local/domain/0/backend/xenfs/5/0/squash = "root"
 * /local/domain/0/backend/xenfs/5/0/anonuid = "65534"
 * /local/domain/0/backend/xenfs/5/0/anongid = "65534"
 * /local/domain/0/backend/xenfs/5/0/submounts = "hide"
 * /local/domain/0/backend/xenfs/5/0/max-pages = "65536"
 * /local/domain/0/backend/xenfs/5/0/versions = "1"
 * /local/domain/0/backend/xenfs/5/0/max-queues = "4"
 * /local/domain/0/backend/xenfs/5/0/max-ring-page-order = "4"
 * /local/domain/0/backend/xenfs/5/0/max-area-pages = "512"
 * /local/domain/0/backend/xenfs/5/0/feature-lend = "1"
 *
 * /local/domain/5/device/xenfs/0/backend-id = "0"
 * /local/domain/5/device/xenfs/0/backend = "/local/domain/0/backend/xenfs/5/0"
 * /local/domain/5/device/xenfs/0/state = "4"
 * /local/domain/5/device/xenfs/0/version = "1"
 * /local/domain/5/device/xenfs/0/num-queues = "1"
 * /local/domain/5/device/xenfs/0/ring-page-order = "2"
 * /local/domain/5/device/xenfs/0/area-pages = "64"
 * /local/domain/5/device/xenfs/0/event-ring-ref = "8"
 * /local/domain/5/device/xenfs/0/event-channel = "17"
 * /local/domain/5/device/xenfs/0/queue-0/ring-ref-0 = "9"
 * /local/domain/5/device/xenfs/0/queue-0/ring-ref-1 = "10"
 * /local/domain/5/device/xenfs/0/queue-0/ring-ref-2 = "11"
 * /local/domain/5/device/xenfs/0/queue-0/ring-ref-3 = "12"
 * /local/domain/5/device/xenfs/0/queue-0/area-ref = "13"
 * /local/domain/5/device/xenfs/0/queue-0/event-channel = "18"
 *
 *------------------------------------------------------------------------------
 *                            Backend nodes
 *------------------------------------------------------------------------------
 *
 * Written by the toolstack before the device's state nodes:
 *
 * tag
 *      Values:         <string>, 1..64 octets out of [A-Za-z0-9._-], not
 *                      beginning with '-' or '.'
 *
 *      The name under which the guest mounts the share.  Unique among the
 *      shares of one guest.
 *
 * path
 *      Values:         <string>, an absolute path of the backend domain
 *
 *      The root of the export.  Readable by the guest, as is every backend
 *      node; the guest makes no use of it.
 *
 * mode
 *      Values:         "ro"
 *      Default:        "ro"
 *
 *      "rw" and "cow" are reserved.
 *
 * squash
 *      Values:         "none", "root", "all"
 *      Default:        "root"
 *
 *      Whose identity a request runs under.  "root": user 0 and group 0
 *      become anonuid and anongid.  "all": every caller does, and without
 *      supplementary groups.
 *
 * anonuid, anongid
 *      Values:         <uint32_t>
 *      Default:        65534
 *
 * submounts
 *      Values:         "hide", "cross"
 *      Default:        "hide"
 *
 *      Whether a filesystem that the backend domain has mounted beneath the
 *      export is entered, or the directory beneath the mount is shown.
 *
 * max-pages
 *      Values:         <uint32_t>
 *      Default:        65536
 *
 *      How many pages of the backend's memory this guest may pin with loans
 *      from this share; a loan pins the whole large folio it lies in.
 *
 * max-nodes
 *      Values:         <uint32_t>
 *      Default:        1048576
 *
 * max-open
 *      Values:         <uint32_t>
 *      Default:        65536
 *
 *      How many nodes and open files the guest may hold.
 *
 * max-requests
 *      Values:         <uint32_t>, 1..64
 *      Default:        16
 *
 *      How many requests of this share are executed at the same time.
 *
 * Written by the backend:
 *
 * versions
 *      Values:         <string>, protocol versions separated by ","
 *
 * max-queues, max-ring-page-order, max-area-pages
 *      Values:         <uint32_t>
 *
 *      The largest num-queues, ring-page-order and area-pages that it
 *      accepts.
 *
 * feature-lend
 *      Values:         "0", "1"
 *
 *      Whether LEND may succeed at all.
 *
 * error
 *      Values:         <string>
 *
 *      One line for a person, written before the state is set to Closing
 *      because the share cannot be served (a path that does not exist, a
 *      value that is not allowed).  Absent when all is well.
 *
 *------------------------------------------------------------------------------
 *                            Frontend nodes
 *------------------------------------------------------------------------------
 *
 * version
 *      Values:         <uint32_t>
 *
 *      The protocol version chosen out of the backend's "versions".
 *
 * num-queues
 *      Values:         <uint32_t>, 1..max-queues
 *
 * ring-page-order
 *      Values:         <uint32_t>, 0..max-ring-page-order
 *
 *      Every queue's ring takes 2^order pages.
 *
 * area-pages
 *      Values:         <uint32_t>, 1..max-area-pages
 *
 *      Every queue's data area takes so many pages.
 *
 * event-ring-ref
 *      Values:         <uint32_t>
 *
 *      Grant reference of the page for events, see "Events".
 *
 * event-channel
 *      Values:         <uint32_t>
 *
 *      The event channel that announces events.
 *
 * queue-<K>/ring-ref-<I>
 *      Values:         <uint32_t>
 *
 *      Grant references of queue K's ring pages.
 *
 * queue-<K>/area-ref
 *      Values:         <uint32_t>
 *
 *      Grant reference of a page that holds area-pages grant references of
 *      4 octets each: the pages of queue K's data area, in order.  Read once,
 *      at connection.
 *
 * queue-<K>/event-channel
 *      Values:         <uint32_t>
 *
 ******************************************************************************
 *                            State diagram
 ******************************************************************************
 *
 * Frontend                                 Backend
 * ********                                 *******
 * Initialising                             Initialising
 *                                           o read tag, path, mode, limits
 *                                           o open the export root
 *                                             (failed: write "error",
 *                                              go to Closing)
 *                                           o write versions, max-*,
 *                                             feature-*
 *                                                     |
 *                                                     V
 *                                          InitWait
 *  o choose version and sizes
 *  o grant rings, areas and the event page,
 *    bind event channels
 *  o write the frontend nodes
 *             |
 *             V
 * Initialised
 *                                           o read and check the nodes
 *                                           o map rings, areas, event page
 *                                                     |
 *                                                     V
 *                                          Connected
 *             |
 *             V
 * Connected
 *  o on the first mount: CONNECT
 *  ...
 *  o on the last unmount: RETURN all loans,
 *    DISCONNECT
 *
 * Either end goes to Closing to part.  The frontend then stops sending, fails
 * or keeps (below) what is under way, unmaps every lent page, and goes to
 * Closed; the backend releases the session, ends every loan as soon as Xen
 * says that it is unmapped, unmaps the rings, and goes to Closed.
 *
 * A device whose backend wrote "online" = "0" does not come back.  One that is
 * still online may: the backend goes from Closed to InitWait through
 * Initialising, and the frontend starts again at Initialising.
 *
 ------------------------------------------------------------------------------
 *                           Recovery flow
 *------------------------------------------------------------------------------
 *
 * A mount is bound to the tag, not to the device: the device may disappear and
 * another with the same tag appear.  Then the frontend
 *
 *   1. drops every lent page of the old session: its grants are the old
 *      session's;
 *   2. CONNECTs with a new session number and learns the new root;
 *   3. finds each node again when it is next used, with RECLAIM: by parent
 *      and name, compared with the persistent handle that LOOKUP gave; what
 *      cannot be found is -ESTALE;
 *   4. opens each open file again when it is next used.
 *
 * Requests carry a 64-bit sequence number, and the highest number up to which
 * the frontend has seen all replies.  The operations of version 1 are
 * idempotent: a request whose reply was lost with its session is sent again
 * in the new one.  For the modifying operations to come the backend remembers
 * replies per (share, session) until they are acknowledged.
 *
 ******************************************************************************
 *                                Rings
 ******************************************************************************
 *
 * A queue has a ring (ring.h) of requests and responses of 128 octets each,
 * and a data area: pages that the frontend grants at connection and the
 * backend keeps mapped.  Names, attributes, listings and references travel
 * through the data area, at offsets that the frontend chooses, so that
 * metadata costs neither side a hypercall apart from the notification.
 *
 * A request owns its ranges of the data area (in and out) from the time it is
 * sent until its response.  The ranges of one request may not overlap.
 * Nothing is ordered, within a queue or across queues: an operation that
 * depends on another is sent after the other's response.
 *
 * Pages whose grant references a request carries (READ) belong to the request
 * until its response, or until the frontend has ended their access.
 *
 ******************************************************************************
 *                                Nodes
 ******************************************************************************
 *
 * A file, directory or other object is a *node*: a 64-bit number out of the
 * share's table, with a 64-bit generation.  Both must match or the answer is
 * -ESTALE.  A node is one inode of the exported filesystem, whatever the
 * number of its names.  CONNECT, LOOKUP, READDIR and RECLAIM count one
 * reference each time that they return a node; FORGET gives references back.
 * The node is gone when all are.  The root is held by the session.
 *
 * A *persistent handle* accompanies a node: octets that identify the file on
 * its filesystem for as long as it exists, across sessions.  Opaque; may be
 * empty (handle_len 0) on filesystems that cannot be exported.
 *
 * Two *words* accompany a node's state: "version" changes whenever attributes,
 * content or (of a directory) names may have changed; "frames" changes
 * whenever lent frames have left the page cache, so that loans must be
 * REVALIDATEd.  They are compared for equality only, never repeat for
 * different states, and are sampled before the state that they describe is
 * read.  0 is "unknown" and matches nothing.
 *
 ******************************************************************************
 *                                 Errors
 ******************************************************************************
 *
 * status is 0 or a negative errno with the numbers of Linux' generic errno.h
 * (asm-generic/errno-base.h and errno.h).  A status outside -4095..0 is a
 * malformed response.  Particular meanings:
 *
 *   EINVAL       the request is malformed: a length, offset, count, flag or
 *                reserved field that this document does not allow
 *   EOPNOTSUPP   an opcode that the backend does not know
 *   ESTALE       no such node or generation; or the file is no longer beneath
 *                the export's root
 *   EBADF        no such open file
 *   ENFILE       the budget of nodes or of open files is used up
 *   EROFS        the share's mode does not allow it
 *   ECANCELED,
 *   EINTR        the request was cancelled
 *   ENOTCONN     there is no session: CONNECT first
 *   others       the result of the operation in the backend's VFS
 *
 * A backend that finds a ring's producer index out of bounds cannot trust the
 * ring any more: it closes the device.
 */

/*
 ******************************************************************************
 *                               Limits
 ******************************************************************************
 */
#define XENFSIF_PAGE_SIZE	4096u
#define XENFSIF_TAG_MAX		64u
#define XENFSIF_NAME_MAX	255u
#define XENFSIF_SYMLINK_MAX	4095u
#define XENFSIF_XATTR_NAME_MAX	255u
#define XENFSIF_XATTR_SIZE_MAX	65536u
#define XENFSIF_HANDLE_MAX	128u
#define XENFSIF_GROUPS_MAX	65536u
#define XENFSIF_MAX_QUEUES	16u
#define XENFSIF_MAX_RING_ORDER	4u
#define XENFSIF_MAX_AREA_PAGES	1024u	/* what one area-ref page can name */
#define XENFSIF_LEND_MAX	1024u	/* pages a LEND */
#define XENFSIF_READ_REFS_MAX	256u	/* granted pages a READ */
#define XENFSIF_OUT_MAX		131072u	/* out range of a request */
#define XENFSIF_MAX_OFFSET	0x7fffffffffffffffull	/* offsets and cookies */
#define XENFSIF_DIR_OUT_MIN	1024u	/* out range of a READDIR */
/*
 * Out ranges have room for the largest answer where it is small: a
 * struct xenfsif_entry with XENFSIF_HANDLE_MAX octets of handle,
 * XENFSIF_SYMLINK_MAX octets of target, a struct xenfsif_attr or _statfs.
 */

/*
 ******************************************************************************
 *                               Requests
 ******************************************************************************
 *
 * Every request:
 *         0                1                 2               3        octet
 * +----------------+----------------+----------------+----------------+
 * |                                id                                 | 0
 * |                                                                   | 4
 * +----------------+----------------+----------------+----------------+
 * |                                seq                                | 8
 * |                                                                   | 12
 * +----------------+----------------+----------------+----------------+
 * |                                ack                                | 16
 * |                                                                   | 20
 * +----------------+----------------+----------------+----------------+
 * |               op                |              flags              | 24
 * +----------------+----------------+----------------+----------------+
 * |                              ngroups                              | 28
 * +----------------+----------------+----------------+----------------+
 * |                               uid                                 | 32
 * +----------------+----------------+----------------+----------------+
 * |                               gid                                 | 36
 * +----------------+----------------+----------------+----------------+
 * |                              umask                                | 40
 * +----------------+----------------+----------------+----------------+
 * |                             reserved                              | 44
 * +----------------+----------------+----------------+----------------+
 * |                               node                                | 48
 * |                                                                   | 52
 * +----------------+----------------+----------------+----------------+
 * |                            generation                             | 56
 * |                                                                   | 60
 * +----------------+----------------+----------------+----------------+
 * |                              in_off                               | 64
 * +----------------+----------------+----------------+----------------+
 * |                              in_len                               | 68
 * +----------------+----------------+----------------+----------------+
 * |                              out_off                              | 72
 * +----------------+----------------+----------------+----------------+
 * |                              out_len                              | 76
 * +----------------+----------------+----------------+----------------+
 * |                 arguments of the operation, 48 octets             | 80
 * +----------------+----------------+----------------+----------------+
 *
 * id           Chosen by the frontend, returned in the response.
 * seq          Number of the request in its session, from 1, never reused.
 * ack          The frontend has the responses to all requests up to this seq.
 * op           XENFSIF_OP_*.
 * flags        Reserved.
 * ngroups      Supplementary groups of the caller: the in range begins with
 *              so many uint32_t.  What an operation calls "in" follows them.
 * uid, gid     The caller's filesystem user and group; not 0xffffffff.
 * umask        The caller's umask (for operations that create), 0..0777.
 * node,
 * generation   The node that the operation is about; 0 and 0 where it is
 *              about none.
 * in_off,
 * in_len       Range of the data area that the backend reads.
 * out_off,
 * out_len      Range of the data area that the backend may write.
 */
#define XENFSIF_OP_CONNECT	1
#define XENFSIF_OP_DISCONNECT	2
#define XENFSIF_OP_LOOKUP	3
#define XENFSIF_OP_FORGET	4
#define XENFSIF_OP_RECLAIM	5
#define XENFSIF_OP_ACCESS	6
#define XENFSIF_OP_CANCEL	7
#define XENFSIF_OP_GETATTR	8
#define XENFSIF_OP_READDIR	9
#define XENFSIF_OP_READLINK	10
#define XENFSIF_OP_OPEN		11
#define XENFSIF_OP_RELEASE	12
#define XENFSIF_OP_STATFS	13
#define XENFSIF_OP_GETXATTR	14
#define XENFSIF_OP_LISTXATTR	15
#define XENFSIF_OP_LEND		16
#define XENFSIF_OP_RETURN	17
#define XENFSIF_OP_REVALIDATE	18
#define XENFSIF_OP_READ		19
#define XENFSIF_OP_SEEK		20
#define XENFSIF_OP_SYNCFS	21
#define XENFSIF_OP_MAX		21	/* the highest of version 1 */
/*
 * Reserved for modes rw and cow and for leases, in this order from 32: WRITE,
 * SETATTR, CREATE, MKDIR, SYMLINK, MKNOD, LINK, UNLINK, RMDIR, RENAME,
 * TMPFILE, FALLOCATE, COPY_RANGE, SETXATTR, REMOVEXATTR, FSYNC, LOCK, LEASE,
 * IOCTL, COMPOUND.
 */
#define XENFSIF_OP_RESERVED_RW	32

/*
 * CONNECT begins the session.  No node.
 *
 *   session    A number that the guest has not used before with this share.
 *   out        struct xenfsif_entry of the root, and its handle
 *   response   features: XENFSIF_FEATURE_*;
 *              max_lend, max_read_refs: how many pages a LEND and how many
 *              references a READ may name.
 *
 * A session that exists already is ended first as by DISCONNECT.
 */
struct xenfsif_connect {
	uint64_t session;
	uint64_t reserved[5];
};

#define XENFSIF_FEATURE_LEND	(1u << 0)	/* LEND may succeed */
#define XENFSIF_FEATURE_HANDLES	(1u << 1)	/* handles survive the session */
#define XENFSIF_FEATURE_REMOTE	(1u << 2)	/* files may change unseen */

/*
 * DISCONNECT ends the session: all nodes, open files and loans are released.
 * The frontend has unmapped all loans before.  No node, no arguments.
 *
 * LOOKUP finds a name in a directory node.
 *
 *   in         the name, 1..255 octets, not NUL-terminated; one component,
 *              neither "." nor ".."
 *   out        struct xenfsif_entry, then entry.handle_len octets of handle
 *   response   version: the directory's word, also with -ENOENT
 *
 * FORGET gives references to nodes back.  No node.
 *
 *   count      how many struct xenfsif_forget stand in "in"
 *
 * References to nodes that do not exist are passed over.
 */
struct xenfsif_forget_args {
	uint32_t count;
	uint32_t reserved0;
	uint64_t reserved[5];
};

struct xenfsif_forget {
	uint64_t node;
	uint64_t generation;
	uint64_t nlookup;
};

/*
 * RECLAIM finds a file of an earlier session again, as LOOKUP does.  node is
 * the parent as of this session, or 0 with name_len 0: then the handle alone
 * decides.
 *
 *   name_len, handle_len, handle_type
 *   in         the name, then the handle
 *   out        as LOOKUP
 *
 * -ESTALE when no file beneath the root has this handle.
 */
struct xenfsif_reclaim {
	uint32_t name_len;
	uint32_t handle_len;
	uint32_t handle_type;
	uint32_t reserved0;
	uint64_t reserved[4];
};

/*
 * ACCESS asks what the caller may do with the node, all things considered
 * (squash, ACLs, security modules).
 *
 *   mask       XENFSIF_MAY_*
 *   response   allowed: the bits out of mask that are granted
 */
#define XENFSIF_MAY_EXEC	1
#define XENFSIF_MAY_WRITE	2
#define XENFSIF_MAY_READ	4

struct xenfsif_access {
	uint32_t mask;
	uint32_t reserved0;
	uint64_t reserved[5];
};

/*
 * CANCEL: the caller of request target no longer wants it.  The backend
 * interrupts the target if it waits for something that can be interrupted; it
 * may answer it with -ECANCELED or -EINTR, or carry it out all the same.  A
 * response to the target comes in any case.  No node.
 */
struct xenfsif_cancel {
	uint64_t target;	/* seq */
	uint64_t reserved[5];
};

/*
 * GETATTR
 *
 *   flags      reserved
 *   out        struct xenfsif_attr
 *   response   version, frames
 */
struct xenfsif_getattr {
	uint32_t flags;
	uint32_t reserved0;
	uint64_t reserved[5];
};

/*
 * READDIR lists an open directory.
 *
 *   fh         from OPEN
 *   cookie     0 for the beginning, or the cookie of the last entry seen
 *   flags      XENFSIF_READDIR_PLUS: send nodes and attributes too
 *   out        struct xenfsif_dirent, each followed by its name, its
 *              xenfsif_entry and handle if it has them, and padding to 8
 *   response   count: octets of out used; eof: 1 if the end was reached
 *
 * "." and ".." are listed, without entry.  An entry may come without entry
 * also when the backend could not look it up, or the budget is used up.
 */
#define XENFSIF_READDIR_PLUS	1u

struct xenfsif_readdir {
	uint64_t fh;
	uint64_t cookie;
	uint32_t flags;
	uint32_t reserved0;
	uint64_t reserved[3];
};

/*
 * READLINK: out is the target, response.len its length, without NUL.
 *
 * OPEN opens a regular file or a directory; other types never reach the
 * backend (-ENXIO).
 *
 *   flags      XENFSIF_OPEN_*
 *   out        struct xenfsif_attr
 *   response   fh, version, frames
 */
#define XENFSIF_OPEN_READ	1u
#define XENFSIF_OPEN_WRITE	2u	/* -EROFS in version 1 */
#define XENFSIF_OPEN_EXEC	4u	/* check execute permission, not read */
#define XENFSIF_OPEN_NOATIME	8u

struct xenfsif_open {
	uint32_t flags;
	uint32_t reserved0;
	uint64_t reserved[5];
};

/* RELEASE closes fh.  Node 0.  Loans made through it stay. */
struct xenfsif_release {
	uint64_t fh;
	uint64_t reserved[5];
};

/*
 * STATFS: out is struct xenfsif_statfs.
 *
 * GETXATTR
 *
 *   size       how many octets of value fit; 0 asks for the length alone
 *   in         the full name ("user.a"), 1..255 octets, not NUL-terminated
 *   out        the value
 *   response   len: the value's length; -ERANGE if it is more than size
 *
 * LISTXATTR: the same without a name; out holds NUL-terminated names.
 */
struct xenfsif_xattr {
	uint32_t size;
	uint32_t reserved0;
	uint64_t reserved[5];
};

/*
 * LEND asks for pages of a file's content on loan.
 *
 *   fh         an open regular file
 *   index      the first page
 *   count      1..max_lend pages
 *   flags      XENFSIF_LEND_AHEAD: lend only what needs no waiting
 *   out        count uint32_t: grant references, read-only; 0: not lent
 *   response   count: how many of them are valid (less than asked at the end
 *              of the file), lent: how many of these are not 0,
 *              size: the file's size, flags: XENFSIF_LENT_*
 *
 * A page that is not lent is read with READ.  Nothing is zeroed: octets past
 * the size are meaningless.  The same page may be lent more than once.
 */
#define XENFSIF_LEND_AHEAD	1u

#define XENFSIF_LENT_EXHAUSTED	1u	/* out of grants or budget: try later */
#define XENFSIF_LENT_NEVER	2u	/* this file's pages cannot be lent */

struct xenfsif_lend {
	uint64_t fh;
	uint64_t index;
	uint32_t count;
	uint32_t flags;
	uint64_t reserved[3];
};

/*
 * RETURN gives loans back; the frontend has unmapped them.  No node.
 *
 *   count      how many uint32_t grant references stand in "in"
 *
 * Each reference must be a loan of this share; those that are not are passed
 * over and the answer is -EINVAL.
 */
struct xenfsif_return {
	uint32_t count;
	uint32_t reserved0;
	uint64_t reserved[5];
};

/*
 * REVALIDATE asks which of a node's loans have left the page cache.
 *
 *   out        struct xenfsif_detached
 *   response   count: how many; eof: 0 if there are more: RETURN these and
 *              ask again; version, frames
 */
struct xenfsif_detached {
	uint64_t index;
	uint32_t ref;
	uint32_t reserved;
};

/*
 * READ copies content.
 *
 *   fh         an open regular file
 *   offset     in octets
 *   len        how many octets
 *   nrefs      0: the content goes to the out range;
 *              else "in" holds nrefs uint32_t, grant references of pages that
 *              the backend may write, and the content goes there, beginning
 *              first octets into the first page
 *   first      0..4095; 0 with nrefs 0
 *   response   len: how many octets were read; less than asked: end of file
 */
struct xenfsif_read {
	uint64_t fh;
	uint64_t offset;
	uint32_t len;
	uint32_t nrefs;
	uint32_t first;
	uint32_t reserved0;
	uint64_t reserved[2];
};

/* SEEK: SEEK_DATA and SEEK_HOLE.  response.offset is the result. */
#define XENFSIF_SEEK_DATA	3u
#define XENFSIF_SEEK_HOLE	4u

struct xenfsif_seek {
	uint64_t fh;
	uint64_t offset;
	uint32_t whence;
	uint32_t reserved0;
	uint64_t reserved[3];
};

/* SYNCFS: no node, no arguments.  Does nothing on a share that is "ro". */

struct xenfsif_request {
	uint64_t id;
	uint64_t seq;
	uint64_t ack;
	uint16_t op;
	uint16_t flags;
	uint32_t ngroups;
	uint32_t uid;
	uint32_t gid;
	uint32_t umask;
	uint32_t reserved;
	uint64_t node;
	uint64_t generation;
	uint32_t in_off;
	uint32_t in_len;
	uint32_t out_off;
	uint32_t out_len;
	union {
		struct xenfsif_connect connect;
		struct xenfsif_forget_args forget;
		struct xenfsif_reclaim reclaim;
		struct xenfsif_access access;
		struct xenfsif_cancel cancel;
		struct xenfsif_getattr getattr;
		struct xenfsif_readdir readdir;
		struct xenfsif_open open;
		struct xenfsif_release release;
		struct xenfsif_xattr xattr;
		struct xenfsif_lend lend;
		struct xenfsif_return ret;
		struct xenfsif_read read;
		struct xenfsif_seek seek;
		uint64_t args[6];
	} u;
};

/*
 ******************************************************************************
 *                               Responses
 ******************************************************************************
 *
 *         0                1                 2               3        octet
 * +----------------+----------------+----------------+----------------+
 * |                                id                                 | 0
 * |                                                                   | 4
 * +----------------+----------------+----------------+----------------+
 * |                                seq                                | 8
 * |                                                                   | 12
 * +----------------+----------------+----------------+----------------+
 * |                              status                               | 16
 * +----------------+----------------+----------------+----------------+
 * |                              out_len                              | 20
 * +----------------+----------------+----------------+----------------+
 * |                              version                              | 24
 * |                                                                   | 28
 * +----------------+----------------+----------------+----------------+
 * |                              frames                               | 32
 * |                                                                   | 36
 * +----------------+----------------+----------------+----------------+
 * |                              before                               | 40
 * |                                                                   | 44
 * +----------------+----------------+----------------+----------------+
 * |                               after                               | 48
 * |                                                                   | 52
 * +----------------+----------------+----------------+----------------+
 * |                 results of the operation, 72 octets               | 56
 * +----------------+----------------+----------------+----------------+
 *
 * id, seq      Those of the request.
 * status       0 or a negative errno.
 * out_len      How many octets of the request's out range were written.
 * version,
 * frames       The request's node's words, or 0.
 * before,
 * after        Reserved for modifying operations: the node's version word
 *              before and after the change.
 */
struct xenfsif_response {
	uint64_t id;
	uint64_t seq;
	int32_t  status;
	uint32_t out_len;
	uint64_t version;
	uint64_t frames;
	uint64_t before;
	uint64_t after;
	union {
		struct {
			uint32_t features;
			uint32_t max_lend;
			uint32_t max_read_refs;
		} connect;
		struct {
			uint32_t allowed;
		} access;
		struct {
			uint32_t count;
			uint32_t eof;
		} readdir;		/* READDIR, REVALIDATE */
		struct {
			uint64_t fh;
		} open;
		struct {
			uint32_t len;
		} data;			/* READLINK, *XATTR, READ */
		struct {
			uint64_t size;
			uint32_t count;
			uint32_t lent;
			uint32_t flags;
		} lend;
		struct {
			uint64_t offset;
		} seek;
		uint64_t results[9];
	} u;
};

/*
 ******************************************************************************
 *                         Structures of the data area
 ******************************************************************************
 */

/*
 * What statx() tells of a file.  mask is of STATX_* bits: which of the optional
 * fields (btime) are valid.  attributes are of STATX_ATTR_* bits.
 * dev_major:dev_minor is the device in the backend domain, which together with
 * ino identifies the file there.  mount_id: differs between the filesystems of
 * one export.
 */
struct xenfsif_attr {
	uint64_t ino;
	uint64_t size;
	uint64_t blocks;		/* of 512 octets */
	uint64_t attributes;
	uint64_t mount_id;
	int64_t  atime_sec;
	int64_t  mtime_sec;
	int64_t  ctime_sec;
	int64_t  btime_sec;
	uint32_t atime_nsec;
	uint32_t mtime_nsec;
	uint32_t ctime_nsec;
	uint32_t btime_nsec;
	uint32_t mode;
	uint32_t nlink;
	uint32_t uid;
	uint32_t gid;
	uint32_t rdev_major;
	uint32_t rdev_minor;
	uint32_t dev_major;
	uint32_t dev_minor;
	uint32_t blksize;
	uint32_t mask;
};

struct xenfsif_entry {
	uint64_t node;
	uint64_t generation;
	uint64_t version;
	uint64_t frames;
	struct xenfsif_attr attr;
	uint32_t handle_type;
	uint32_t handle_len;		/* octets that follow, 0..128 */
};

/*
 * reclen is the length of the whole record with name, entry, handle and
 * padding, a multiple of 8.  The name follows at once; the entry, if
 * has_entry is 1, at the next multiple of 8, and its handle after it.
 */
struct xenfsif_dirent {
	uint64_t ino;
	uint64_t cookie;		/* of the next entry */
	uint32_t reclen;
	uint16_t name_len;
	uint8_t  type;			/* DT_* */
	uint8_t  has_entry;
};

struct xenfsif_statfs {
	uint64_t blocks;
	uint64_t bfree;
	uint64_t bavail;
	uint64_t files;
	uint64_t ffree;
	uint64_t fsid;
	uint32_t bsize;
	uint32_t frsize;
	uint32_t namelen;
	uint32_t type;			/* the backing filesystem's magic */
};

/*
 ******************************************************************************
 *                                Events
 ******************************************************************************
 *
 * The event page is a ring of 63 slots of 64 octets behind a header of 64: the
 * backend produces, the frontend consumes.  An event that does not fit is
 * dropped and XENFSIF_EVENTS_LOST set: the frontend then treats everything it
 * has cached as unknown.  Version 1 of the backend sends none but RECALL.
 *
 * RECALL       Give back "count" pages of those on loan, the coldest first,
 *              from any file (node 0), or those of a node from page "index".
 * NOTIFY, LEASE_RECALL, LOCK_GRANTED, QUIESCE, RESUME
 *              Reserved.
 */
#define XENFSIF_EVT_RECALL		1
#define XENFSIF_EVT_NOTIFY		2
#define XENFSIF_EVT_LEASE_RECALL	3
#define XENFSIF_EVT_LOCK_GRANTED	4
#define XENFSIF_EVT_QUIESCE		5
#define XENFSIF_EVT_RESUME		6

#define XENFSIF_EVENT_SLOTS		63u

struct xenfsif_event {
	uint64_t id;
	uint16_t type;
	uint16_t reserved0;
	uint32_t reserved1;
	uint64_t node;
	uint64_t generation;
	uint64_t index;
	uint64_t count;
	uint64_t reserved[2];
};

#define XENFSIF_EVENTS_LOST		1u

struct xenfsif_event_page {
	uint32_t in_prod;		/* written by the backend */
	uint32_t flags;			/* set by the backend, XENFSIF_EVENTS_* */
	uint32_t reserved0[6];
	uint32_t in_cons;		/* written by the frontend */
	uint32_t reserved1[7];
	struct xenfsif_event in[XENFSIF_EVENT_SLOTS];
};

#ifdef __KERNEL__
DEFINE_RING_TYPES(xenfsif, struct xenfsif_request, struct xenfsif_response);
#endif

#endif /* __XEN_PUBLIC_IO_XENFSIF_H__ */
