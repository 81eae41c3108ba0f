/*
 * guest-exec - in dom0: run a command in a guest, as if it were local.
 *
 *     guest-exec [-i] [-t SECONDS] [-w SECONDS] GUEST COMMAND [ARG]...
 *
 * Output and errors come back apart, and the exit
 * status is the command's. -i: pass standard input on (without, the command's is
 * empty, and a loop that reads a list keeps its list). -t: its time limit (default 600); -w: how long to
 * wait for the guest to be ready (default 0). 124: the time ran out;
 * 125: the guest could not be asked, or went away.
 *
 * It talks frames (see frames.py) with the agent in dom0. C, because tests call
 * it thousands of times, and starting an interpreter takes an emulated processor
 * longer than all the rest.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define AGENT_SOCKET "/run/lab/agent"
#define HEADER_SIZE 9
#define MAX_PAYLOAD (1 << 20)
#define STATUS_LAB 125

enum frame_kind { EXEC = 1, STDIN, STDOUT, STDERR, EXIT, KILL };

static void fail(const char *what)
{
	fprintf(stderr, "guest-exec: %s: %s\n", what, strerror(errno));
	exit(STATUS_LAB);
}

static void write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t done = write(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			fail("write");
		data += done;
		size -= done;
	}
}

static int read_all(int fd, char *data, size_t size)
{
	while (size) {
		ssize_t done = read(fd, data, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		data += done;
		size -= done;
	}
	return 0;
}

static void send_frame(int fd, enum frame_kind kind, const char *data, size_t size)
{
	char header[HEADER_SIZE];
	uint32_t job = htonl(1), length = htonl(size);

	header[0] = kind;
	memcpy(header + 1, &job, 4);
	memcpy(header + 5, &length, 4);
	write_all(fd, header, sizeof(header));
	write_all(fd, data, size);
}

static void send_exec(int fd, const char *guest, const char *limit, const char *wait, char **argv)
{
	char *words = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&words, &size);

	if (!out)
		fail("memory");
	fprintf(out, "target=%s%ctimeout=%s%cwait=%s%c%c", guest, 0, limit, 0, wait, 0, 0);
	for (; *argv; argv++)
		fwrite(*argv, 1, strlen(*argv) + 1, out);
	fclose(out);
	send_frame(fd, EXEC, words, size);
	free(words);
}

/* Takes one frame; returns an exit status once there is one, else -1. */
static int take_frame(int fd)
{
	static char payload[MAX_PAYLOAD];
	char header[HEADER_SIZE];
	uint32_t length, status;

	if (read_all(fd, header, sizeof(header)))
		goto gone;
	memcpy(&length, header + 5, 4);
	length = ntohl(length);
	if (length > sizeof(payload) || read_all(fd, payload, length))
		goto gone;

	switch (header[0]) {
	case STDOUT:
		write_all(STDOUT_FILENO, payload, length);
		return -1;
	case STDERR:
		write_all(STDERR_FILENO, payload, length);
		return -1;
	case EXIT:
		if (length < 4)
			goto gone;
		memcpy(&status, payload, 4);
		if (length > 4)
			fprintf(stderr, "guest-exec: %.*s\n", (int)length - 4, payload + 4);
		return ntohl(status) & 0xff;
	default:
		return -1;
	}
gone:
	fprintf(stderr, "guest-exec: the agent in dom0 has gone\n");
	return STATUS_LAB;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = AGENT_SOCKET };
	const char *limit = "600", *wait = "0";
	struct pollfd files[2];
	char input[16384];
	int option, fd, status, interactive = 0;

	while ((option = getopt(argc, argv, "+it:w:")) != -1) {
		switch (option) {
		case 'i':
			interactive = 1;
			break;
		case 't':
			limit = optarg;
			break;
		case 'w':
			wait = optarg;
			break;
		default:
			goto usage;
		}
	}
	if (argc - optind < 2)
		goto usage;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(AGENT_SOCKET);
	send_exec(fd, argv[optind], limit, wait, argv + optind + 1);

	/* An empty frame is the end of the input. */
	if (!interactive)
		send_frame(fd, STDIN, NULL, 0);
	files[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
	files[1] = (struct pollfd){ .fd = interactive ? STDIN_FILENO : -1, .events = POLLIN };
	for (;;) {
		if (poll(files, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			fail("poll");
		}
		if (files[0].revents) {
			status = take_frame(fd);
			if (status >= 0)
				return status;
		}
		if (files[1].revents) {
			ssize_t size = read(STDIN_FILENO, input, sizeof(input));

			send_frame(fd, STDIN, input, size > 0 ? size : 0);
			if (size <= 0)
				files[1].fd = -1;
		}
	}

usage:
	fprintf(stderr, "usage: guest-exec [-i] [-t SECONDS] [-w SECONDS] GUEST COMMAND [ARG]...\n");
	return STATUS_LAB;
}
