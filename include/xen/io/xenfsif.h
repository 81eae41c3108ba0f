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
 *      Values:         "ro", "rw"
 *      Default:        "ro"
 *
 *      Whether the guest may change anything.  "cow" is reserved.
 *
 * devices
 *      Values:         "0", "1"
 *      Default:        "0"
 *
 *      Whether the guest may make device nodes in a share that is "rw".
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
 *      How many nodes and open files the guest may hold, and as many locks as
 *      open files.
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
 * Either end goes to Closing to part.  The frontend then stops sending and goes
 * to Closing, but keeps what it has granted: a request may be executed just now.
 * The backend releases the session, stops using the frontend's grants, unmaps
 * the rings, and writes Closing (if it did not before, else Closed).  Then the
 * frontend fails or keeps (below) what was under way, ends its grants, unmaps
 * every lent page, and goes to Closed; the backend ends every loan as soon as
 * Xen says that it is unmapped, and goes to Closed.
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
 * the frontend has seen all replies.  A request whose reply was lost with its
 * session is sent again in the new one if it is idempotent: all those that
 * change nothing, and WRITE (but with XENFSIF_WRITE_APPEND), SETATTR, FSYNC,
 * SYNCFS and LOCK (locks end with the session).  Of the others it is not known whether they were executed: the caller
 * is told EIO.  (Numbers and acknowledgements are there so that a backend may
 * remember replies per share and session, and answer a replay.)
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
 * Pages whose grant references a request carries (READ, WRITE) belong to it
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
 * content or (of a directory) names may have been changed by anybody else;
 * "frames" changes whenever lent frames have left the page cache, so that loans
 * must be REVALIDATEd.  They are compared for equality only, never repeat for
 * different states, and are sampled before the state that they describe is
 * read.  0 is "unknown" and matches nothing.
 *
 * What the session's own requests change need not change the version word: the
 * frontend learns of it by the response.  As long as somebody else has the file
 * open for writing the backend cannot tell who changed it: then every change
 * makes a new word.
 *
 * The *table of words* (XENFSIF_FEATURE_TABLE) is memory of the backend's that
 * the frontend maps, read-only, with the references that TABLE answers.  It has
 * an entry of 16 octets for each node: entry N, of page N / 256, is node N's.
 * The backend writes the version word there in the task that makes a change,
 * before that task's system call returns: what the frontend has cached under a
 * word is true as long as the table has the same word.  With
 * XENFSIF_WORD_VOLATILE set in it the node may change without notice, and the
 * frontend asks each time; 0 says nothing.
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
#define XENFSIF_TABLE_MAX	1024u	/* pages a TABLE */
#define XENFSIF_READ_REFS_MAX	256u	/* granted pages a READ or a WRITE */
#define XENFSIF_WRITE_SEGS_MAX	128u	/* segments a WRITE */
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
#define XENFSIF_OP_TABLE	22
#define XENFSIF_OP_WRITE	32
#define XENFSIF_OP_SETATTR	33
#define XENFSIF_OP_CREATE	34
#define XENFSIF_OP_MKDIR	35
#define XENFSIF_OP_SYMLINK	36
#define XENFSIF_OP_MKNOD	37
#define XENFSIF_OP_LINK		38
#define XENFSIF_OP_UNLINK	39
#define XENFSIF_OP_RMDIR	40
#define XENFSIF_OP_RENAME	41
#define XENFSIF_OP_TMPFILE	42
#define XENFSIF_OP_FALLOCATE	43
#define XENFSIF_OP_COPY_RANGE	44
#define XENFSIF_OP_SETXATTR	45
#define XENFSIF_OP_REMOVEXATTR	46
#define XENFSIF_OP_FSYNC	47
#define XENFSIF_OP_LOCK		48
#define XENFSIF_OP_FILEATTR	50
#define XENFSIF_OP_MAX		50	/* the highest of version 1 */
/*
 * From 32 on: those that only a share that is "rw" has, but for LOCK and
 * FILEATTR without XENFSIF_FILEATTR_SET; on others the answer is -EROFS.
 * Reserved: LEASE 49, COMPOUND 51.
 */

/*
 * CONNECT begins the session.  No node.
 *
 *   session    A number that the guest has not used before with this share.
 *   out        struct xenfsif_entry of the root, and its handle
 *   response   features: XENFSIF_FEATURE_*;
 *              max_lend, max_read_refs: how many pages a LEND and how many
 *              references a READ or a WRITE may name;
 *              max_size: how large a file can be, 0: not known
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
#define XENFSIF_FEATURE_WRITE	(1u << 3)	/* the share is "rw" */
#define XENFSIF_FEATURE_TABLE	(1u << 4)	/* there is a table of words */

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
 *   response   allowed: the bits out of mask that are granted;
 *              rofs: 1 if writing is not, because the filesystem is read-only
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
 *
 * Through what was opened for writing the content can also be read, if the
 * caller may read the file: a page that is written in part has to be filled.
 */
#define XENFSIF_OPEN_READ	1u
#define XENFSIF_OPEN_WRITE	2u
#define XENFSIF_OPEN_EXEC	4u	/* check execute permission, not read */
#define XENFSIF_OPEN_NOATIME	8u
#define XENFSIF_OPEN_AGAIN	16u	/* the caller has it open: see below */

/*
 * AGAIN: what is opened now was opened before, in another session or without
 * asking the server, and its mode may be another since then.  The file's owner,
 * who could change that back, may open it all the same, but not to execute it.
 */
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

/*
 * SYNCFS brings all that the exported filesystem has in memory to its storage.
 * No node, no arguments.  Does nothing on a share that is "ro".
 *
 *------------------------------------------------------------------------------
 * Operations that change something.  They run as the caller, but WRITE,
 * FALLOCATE and COPY_RANGE, which run as whoever opened fh.  Where the answer
 * is attributes they were read after the change; response.version is sampled
 * when the change is done.
 *
 * WRITE writes to an open file.
 *
 *   fh         opened with XENFSIF_OPEN_WRITE
 *   flags      XENFSIF_WRITE_*
 *   nsegs      1..XENFSIF_WRITE_SEGS_MAX segments, in no particular order, that
 *              do not overlap; 1 with APPEND
 *   nrefs      0: the content stands in "in";
 *              else 1..max_read_refs grant references of pages, which the
 *              backend may read
 *   in         nsegs struct xenfsif_segment, then
 *              with nrefs 0: the segments' content, one after the other;
 *              else nrefs uint32_t: references.  A segment's content begins
 *              "first" octets into the first page that no segment before it
 *              used, and goes on over as many pages as it needs
 *   out        struct xenfsif_attr
 *   response   len: how many octets were written; less than asked, with status
 *              0, if an error came after those;
 *              offset: where the first of them went
 *
 * The response comes when the content is in the page cache of the backend, with
 * DSYNC or SYNC when it is on its storage.  With APPEND the segment's offset is
 * 0, and its content goes to the end of the file, in one piece.
 *
 * A file that may only be appended to (STATX_ATTR_APPEND) can be opened for
 * writing; WRITE without APPEND is -EPERM then, and so are COPY_RANGE by copying
 * and a change of size.
 */
#define XENFSIF_WRITE_APPEND	1u
#define XENFSIF_WRITE_DSYNC	2u
#define XENFSIF_WRITE_SYNC	4u

struct xenfsif_write {
	uint64_t fh;
	uint32_t flags;
	uint32_t nsegs;
	uint32_t nrefs;
	uint32_t reserved0;
	uint64_t reserved[3];
};

struct xenfsif_segment {
	uint64_t offset;
	uint32_t len;			/* at least 1 */
	uint32_t first;			/* 0..4095; 0 with nrefs 0 */
};

/*
 * SETATTR changes attributes, all of them or none.
 *
 *   fh         an open file of the node, or 0.  Of an open file that was opened
 *              for writing the size can be changed whatever the caller may do
 *   in         struct xenfsif_setattr
 *   out        struct xenfsif_attr
 *
 * Set-user-ID, set-group-ID and capabilities are dropped as the VFS would for a
 * change of owner or size by the caller.  MTIME_NOW with SIZE is part of the
 * change of size: whoever may make that may set the time.
 */
#define XENFSIF_SETATTR_MODE	(1u << 0)
#define XENFSIF_SETATTR_UID	(1u << 1)
#define XENFSIF_SETATTR_GID	(1u << 2)
#define XENFSIF_SETATTR_SIZE	(1u << 3)
#define XENFSIF_SETATTR_ATIME	(1u << 4)	/* to atime_sec, atime_nsec */
#define XENFSIF_SETATTR_MTIME	(1u << 5)	/* to mtime_sec, mtime_nsec */
#define XENFSIF_SETATTR_ATIME_NOW (1u << 6)	/* instead of ATIME */
#define XENFSIF_SETATTR_MTIME_NOW (1u << 7)	/* instead of MTIME */
#define XENFSIF_SETATTR_TOUCH	(1u << 8)	/* both _NOW, and who may write may */

struct xenfsif_setattr {
	uint32_t mask;
	uint32_t mode;			/* 0..07777 */
	uint32_t uid;
	uint32_t gid;
	uint64_t size;
	int64_t  atime_sec;
	int64_t  mtime_sec;
	uint32_t atime_nsec;
	uint32_t mtime_nsec;
};

/* Operations on an open file, or a node, that have no other arguments. */
struct xenfsif_fh {
	uint64_t fh;
	uint64_t reserved[5];
};

/*
 * CREATE makes a regular file, if there is none of the name, and opens it.
 * node is the directory.
 *
 *   flags      XENFSIF_OPEN_*, XENFSIF_CREATE_EXCL
 *   mode       0..07777; umask or default ACL applies
 *   in         the name
 *   out        as LOOKUP
 *   response   fh: the open file; 0 if the name was there and is no regular
 *              file, or the caller may not open it so: then OPEN tells why;
 *              created: 1 if the file was made;
 *              version: the directory's word
 *
 * With EXCL a name that is there is -EEXIST.  A file that was made is opened
 * whatever its mode.
 */
#define XENFSIF_CREATE_EXCL	(1u << 16)

struct xenfsif_create {
	uint32_t flags;
	uint32_t mode;
	uint64_t reserved[5];
};

/*
 * MKDIR, MKNOD, SYMLINK make what their names say.  node is the directory.
 *
 *   mode       0..07777, of MKNOD with the type (S_IFIFO, S_IFSOCK, S_IFREG, and
 *              if the share has "devices" S_IFCHR, S_IFBLK; else -EPERM); 0 of
 *              SYMLINK
 *   rdev_major,
 *   rdev_minor of a device, else 0
 *   name_len   of the name
 *   in         the name; of SYMLINK the target follows
 *   out        as LOOKUP
 *   response   version: the directory's word
 *
 * TMPFILE makes a regular file without a name in the directory node, and opens
 * it: as CREATE, without a name; response.fh is not 0.  With CREATE_EXCL it
 * can never be linked.
 */
struct xenfsif_make {
	uint32_t mode;
	uint32_t rdev_major;
	uint32_t rdev_minor;
	uint32_t name_len;
	uint64_t reserved[4];
};

/*
 * LINK gives a file one more name.  node is the file.
 *
 *   dir, dir_generation
 *              the directory
 *   in         the name
 *   out        struct xenfsif_attr of the file
 */
struct xenfsif_link {
	uint64_t dir;
	uint64_t dir_generation;
	uint64_t reserved[4];
};

/*
 * UNLINK, RMDIR take a name away.  node is the directory.
 *
 *   in         the name
 *   out        struct xenfsif_attr of the directory
 *
 * RENAME gives a file another name.  node is the directory of the old name.
 *
 *   dir, dir_generation
 *              the directory of the new name
 *   flags      XENFSIF_RENAME_*: as those of renameat2()
 *   name_len   of the old name
 *   in         the old name, then the new name
 *   out        nothing
 */
#define XENFSIF_RENAME_NOREPLACE	1u
#define XENFSIF_RENAME_EXCHANGE		2u
#define XENFSIF_RENAME_WHITEOUT		4u

struct xenfsif_rename {
	uint64_t dir;
	uint64_t dir_generation;
	uint32_t flags;
	uint32_t name_len;
	uint64_t reserved[3];
};

/*
 * FALLOCATE, as fallocate().
 *
 *   fh         opened for writing
 *   mode       FALLOC_FL_* of Linux: KEEP_SIZE 1, PUNCH_HOLE 2, COLLAPSE_RANGE
 *              8, ZERO_RANGE 16, INSERT_RANGE 32, UNSHARE_RANGE 64
 *   out        struct xenfsif_attr
 */
struct xenfsif_fallocate {
	uint64_t fh;
	uint64_t offset;
	uint64_t len;
	uint32_t mode;
	uint32_t reserved0;
	uint64_t reserved[2];
};

/*
 * COPY_RANGE copies between files of the share without moving the content
 * through the guest.  node and fh are the destination.
 *
 *   in         struct xenfsif_copy_range
 *   out        struct xenfsif_attr of the destination
 *   response   len: how many octets; offset: 0, or of DEDUPE 1 if the ranges
 *              differ
 *
 * how: COPY as copy_file_range() (may copy less than asked), CLONE as
 * FICLONERANGE (len 0: to the end), DEDUPE as FIDEDUPERANGE.
 */
#define XENFSIF_COPY		0u
#define XENFSIF_CLONE		1u
#define XENFSIF_DEDUPE		2u

struct xenfsif_copy_range {
	uint64_t src_node;
	uint64_t src_generation;
	uint64_t src_fh;
	uint64_t src_offset;
	uint64_t offset;
	uint64_t len;
	uint32_t how;
	uint32_t reserved;
};

/*
 * SETXATTR
 *
 *   size       of the value
 *   flags      XENFSIF_XATTR_*, as those of setxattr()
 *   name_len   of the full name
 *   in         the name, then the value
 *
 * REMOVEXATTR: in is the name, no arguments.
 *
 * Which names there are: those of GETXATTR.
 */
#define XENFSIF_XATTR_CREATE	1u
#define XENFSIF_XATTR_REPLACE	2u

struct xenfsif_setxattr {
	uint32_t size;
	uint32_t flags;
	uint32_t name_len;
	uint32_t reserved0;
	uint64_t reserved[4];
};

/*
 * FSYNC brings what was written to an open file or directory to storage.
 *
 *   fh         the open file
 *   datasync   1: as fdatasync()
 */
struct xenfsif_fsync {
	uint64_t fh;
	uint32_t datasync;
	uint32_t reserved0;
	uint64_t reserved[4];
};

/*
 * LOCK takes, gives back or looks at a lock.
 *
 *   fh         the open file
 *   kind       XENFSIF_LOCK_POSIX (fcntl; also what the frontend's OFD locks
 *              become, each with an owner of its own) or _FLOCK
 *   type       XENFSIF_LOCK_READ, _WRITE, _UNLOCK
 *   flags      WAIT: wait until it can be had, but not for ever: -EAGAIN says
 *              "ask again", -ENOLCK that there are too many.
 *              TEST: take nothing, tell who is in the way
 *   owner      the frontend's number of the owner; ignored with FLOCK, where
 *              the open file is the owner
 *   in         struct xenfsif_lock_range
 *   out        with TEST: struct xenfsif_lock_range: the lock in the way, or
 *              type UNLOCK
 *
 * A lock ends with its unlocking, with RELEASE of the open file through which
 * it was taken, or with the session.  Such a RELEASE ends all locks that the
 * owner has on the file, unless it has unlocked all of the file (from 0 to
 * XENFSIF_MAX_OFFSET) since it took a lock through that open file.
 */
#define XENFSIF_LOCK_POSIX	0u
#define XENFSIF_LOCK_FLOCK	1u

#define XENFSIF_LOCK_READ	0u
#define XENFSIF_LOCK_WRITE	1u
#define XENFSIF_LOCK_UNLOCK	2u

#define XENFSIF_LOCK_WAIT	1u
#define XENFSIF_LOCK_TEST	2u

struct xenfsif_lock {
	uint64_t fh;
	uint64_t owner;
	uint32_t kind;
	uint32_t type;
	uint32_t flags;
	uint32_t reserved0;
	uint64_t reserved[2];
};

struct xenfsif_lock_range {
	uint64_t start;
	uint64_t end;			/* the last octet; XENFSIF_MAX_OFFSET: all */
	uint32_t type;			/* in the answer of TEST, else 0 */
	int32_t  pid;			/* likewise: in the backend's domain */
};

/*
 * FILEATTR reads or changes what FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR show.
 *
 *   flags      XENFSIF_FILEATTR_SET: change; with _XFLAGS: the xflags are
 *              meant, else the flags
 *   in         with SET struct xenfsif_fileattr, else nothing
 *   out        struct xenfsif_fileattr, as it is then
 *
 * What decides how the backend keeps the file, and its project, cannot be
 * changed: a flag of that kind is -EOPNOTSUPP, another projid -EINVAL.
 */
#define XENFSIF_FILEATTR_SET	1u
#define XENFSIF_FILEATTR_XFLAGS	2u

struct xenfsif_fileattr_args {
	uint32_t flags;
	uint32_t reserved0;
	uint64_t reserved[5];
};

struct xenfsif_fileattr {
	uint32_t flags;			/* FS_*_FL */
	uint32_t xflags;		/* FS_XFLAG_* */
	uint32_t extsize;
	uint32_t nextents;
	uint32_t projid;
	uint32_t cowextsize;
};

/*
 * TABLE asks for the references of the table of words.  No node.
 *
 *   index, count
 *              which pages, count 1..XENFSIF_TABLE_MAX
 *   out        a uint32_t for each page: its reference, or 0
 *   response   count: how many pages are told; there are no more
 *
 * The references are good until the session ends, and are not RETURNed.
 */
#define XENFSIF_TABLE_ENTRIES	256u		/* of a page */
#define XENFSIF_WORD_VOLATILE	(1ull << 63)

struct xenfsif_table {
	uint32_t index;
	uint32_t count;
	uint64_t reserved[5];
};

struct xenfsif_table_entry {
	uint64_t version;
	uint64_t reserved;
};

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
		struct xenfsif_write write;
		struct xenfsif_fh fh;
		struct xenfsif_create create;
		struct xenfsif_make make;
		struct xenfsif_link link;
		struct xenfsif_rename rename;
		struct xenfsif_fallocate fallocate;
		struct xenfsif_setxattr setxattr;
		struct xenfsif_fsync fsync;
		struct xenfsif_lock lock;
		struct xenfsif_fileattr_args fileattr;
		struct xenfsif_table table;
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
 * |                              second                               | 48
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
 * before       The request's node's version word, sampled before anything was
 *              done: what the answer says of names in it is true under that word.
 * second       LINK, RENAME: the same of the other directory.  Else 0.
 */
struct xenfsif_response {
	uint64_t id;
	uint64_t seq;
	int32_t  status;
	uint32_t out_len;
	uint64_t version;
	uint64_t frames;
	uint64_t before;
	uint64_t second;
	union {
		struct {
			uint32_t features;
			uint32_t max_lend;
			uint32_t max_read_refs;
			uint32_t reserved;
			uint64_t max_size;
		} connect;
		struct {
			uint32_t allowed;
			uint32_t rofs;
		} access;
		struct {
			uint32_t count;
			uint32_t eof;
		} readdir;		/* READDIR, REVALIDATE, TABLE */
		struct {
			uint64_t fh;
			uint32_t created;
		} open;			/* OPEN, CREATE, TMPFILE */
		struct {
			uint32_t len;
		} data;			/* READLINK, *XATTR, READ */
		struct {
			uint64_t len;
			uint64_t offset;
		} written;		/* WRITE, COPY_RANGE */
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
 * backend produces, the frontend consumes.  NOTIFY leaves the last 8 to others.
 * An event that does not fit is dropped, and a flag set, which the frontend clears:
 * for a NOTIFY XENFSIF_EVENTS_LOST_NOTIFY, and the frontend asks again about all that
 * is mapped; for others XENFSIF_EVENTS_LOST, and it also gives back an eighth of
 * what is on loan.
 *
 * RECALL       Give back "count" pages of those on loan, the coldest first,
 *              from any file (node 0), or those of a node from page "index".
 * NOTIFY       A node's file has changed since the guest asked about it: who has it
 *              mapped asks again (GETATTR, REVALIDATE) and does not wait until it
 *              is looked at.  Until the guest asks no other NOTIFY of it comes.
 * LEASE_RECALL, LOCK_GRANTED, QUIESCE, RESUME
 *              Reserved.
 */
#define XENFSIF_EVT_RECALL		1
#define XENFSIF_EVT_NOTIFY		2
#define XENFSIF_EVT_LEASE_RECALL	3
#define XENFSIF_EVT_LOCK_GRANTED	4
#define XENFSIF_EVT_QUIESCE		5
#define XENFSIF_EVT_RESUME		6

#define XENFSIF_EVENT_SLOTS		63u
#define XENFSIF_EVENT_SLOTS_KEPT	8u	/* not for NOTIFY */

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
#define XENFSIF_EVENTS_LOST_NOTIFY	2u

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
