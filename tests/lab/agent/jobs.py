"""Jobs: the commands that an agent runs for somebody, and their input and output.

A job ends when its command does: what the command had written by then is
sent, then its exit status. Processes that it left behind keep running, but
nobody listens to them any more. KILL, or the job's time limit, ends the whole
process group.
"""

import os
import pty
import signal

import frames
import loop as events

READ = 16 * 1024


class Job:
    def __init__(self, loop, number, send, settings, argv):
        """send(kind, number, payload) sends a frame to whoever asked."""
        self.loop, self.number, self.send = loop, number, send
        self.outputs = {}
        self.stdin = None
        self.pending = bytearray()
        self.stdin_closed = False
        self.timed_out = False
        self.timer = None
        self.pidfd = None
        self.start(settings, argv)
        if "timeout" in settings:
            self.timer = loop.later(float(settings["timeout"]), self.expire)

    def start(self, settings, argv):
        env = dict(os.environb)
        directory = settings.get("cwd", "/")
        error_read, error_write = os.pipe2(os.O_CLOEXEC)
        terminal = settings.get("pty") == "1"
        if terminal:
            env[b"TERM"] = settings.get("term", "vt100").encode()
            self.pid, master = pty.fork()
            mine = {master: frames.STDOUT}
            self.stdin = os.dup(master)
        else:
            stdin_read, self.stdin = os.pipe2(os.O_CLOEXEC)
            out_read, out_write = os.pipe2(os.O_CLOEXEC)
            err_read, err_write = os.pipe2(os.O_CLOEXEC)
            mine = {out_read: frames.STDOUT, err_read: frames.STDERR}
            self.pid = os.fork()
        if self.pid == 0:
            try:
                if not terminal:
                    os.setsid()
                    for target, fd in enumerate((stdin_read, out_write, err_write)):
                        os.dup2(fd, target)
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                os.chdir(directory)
                os.execvpe(argv[0], argv, env)
            except OSError as error:
                os.write(error_write, f"{error.errno} {error}".encode())
            os._exit(127)
        os.close(error_write)
        if not terminal:
            for fd in (stdin_read, out_write, err_write):
                os.close(fd)
        error = os.read(error_read, 1024).decode()
        os.close(error_read)
        if error:
            number, text = error.split(" ", 1)
            self.send(frames.STDERR, self.number, f"agent: {text}\n".encode())
            self.failed = 127 if int(number) == 2 else 126
        else:
            self.failed = None
        os.set_blocking(self.stdin, False)
        for fd, kind in mine.items():
            os.set_blocking(fd, False)
            self.outputs[fd] = kind
            self.loop.watch(fd, events.READ, lambda _, fd=fd: self.read(fd))
        self.pidfd = os.pidfd_open(self.pid)
        self.loop.watch(self.pidfd, events.READ, lambda _: self.exited())

    def read(self, fd):
        """Send on what there is on fd, once; False when there is nothing (more)."""
        try:
            data = os.read(fd, READ)
        except BlockingIOError:
            return False
        except OSError:  # a terminal whose other end is closed
            data = b""
        if data:
            self.send(self.outputs[fd], self.number, data)
            return True
        self.close_output(fd)
        return False

    def close_output(self, fd):
        if self.outputs.pop(fd, None):
            self.loop.watch(fd, 0)
            os.close(fd)

    def pause(self, paused):
        """Stop reading output (the link is congested), or go on."""
        for fd in self.outputs:
            self.loop.watch(fd, 0 if paused else events.READ,
                            lambda _, fd=fd: self.read(fd))

    def feed(self, data):
        """Input for the command; none means end of file."""
        if data:
            self.pending += data
        else:
            self.stdin_closed = True
        self.feed_more()

    def feed_more(self):
        if self.stdin is None:
            return
        try:
            while self.pending:
                done = os.write(self.stdin, self.pending[:READ])
                del self.pending[:done]
        except BlockingIOError:
            self.loop.watch(self.stdin, events.WRITE, lambda _: self.feed_more())
            return
        except OSError:  # it does not read any more
            self.pending.clear()
        self.loop.watch(self.stdin, 0)
        if self.stdin_closed:
            self.close_stdin()

    def close_stdin(self):
        if self.stdin is not None:
            self.loop.watch(self.stdin, 0)
            os.close(self.stdin)
            self.stdin = None

    def kill(self):
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def expire(self):
        """The time is up. The answer does not wait for a process that cannot die."""
        self.timed_out = True
        self.kill()
        self.timer = self.loop.later(2, self.finish_timeout)

    def finish_timeout(self):
        self.finish(frames.STATUS_TIMEOUT, "time limit reached (and the process does not die)")

    def exited(self):
        _, status = os.waitpid(self.pid, 0)
        status = os.waitstatus_to_exitcode(status)
        for fd in list(self.outputs):
            while self.read(fd):
                pass
        if self.timed_out:
            self.finish(frames.STATUS_TIMEOUT, "time limit reached")
        elif self.failed is not None:
            self.finish(self.failed)
        else:
            self.finish(status if status >= 0 else 128 - status)

    def finish(self, status, message=""):
        for fd in list(self.outputs):
            self.close_output(fd)
        self.close_stdin()
        if self.timer:
            self.timer.clear()
        if self.pidfd is not None:
            self.loop.watch(self.pidfd, 0)
            os.close(self.pidfd)
            self.pidfd = None
        self.send(frames.EXIT, self.number, frames.pack_exit(status, message))


class Jobs:
    """All jobs that came over one link. Frames in by handle(), out by send()."""

    def __init__(self, loop, send):
        self.loop, self.send_frame = loop, send
        self.jobs = {}

    def send(self, kind, number, payload):
        if kind == frames.EXIT:
            self.jobs.pop(number, None)
        self.send_frame(kind, number, payload)

    def handle(self, kind, number, payload):
        job = self.jobs.get(number)
        if kind == frames.EXEC:
            settings, argv = frames.unpack_exec(payload)
            try:
                self.jobs[number] = Job(self.loop, number, self.send, settings, argv)
            except OSError as error:
                self.send(frames.EXIT, number, frames.pack_exit(frames.STATUS_LAB, str(error)))
        elif job is None:
            pass  # it ended while this frame was on its way
        elif kind == frames.STDIN:
            job.feed(payload)
        elif kind == frames.KILL:
            job.kill()

    def pause(self, paused):
        for job in list(self.jobs.values()):
            job.pause(paused)

    def kill_all(self):
        for job in list(self.jobs.values()):
            job.kill()
