"""The servers of a benchmark, each in a folder of its own: PostgreSQL, MariaDB, Gatepost, courier's authdaemond, Dovecot's auth."""
import glob
import os
import shutil
import signal
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PORT = 54329


def wait_for(what, condition, process=None, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        if process and process.poll() is not None:
            break
        time.sleep(0.02)
    raise SystemExit("%s does not start" % what)


def ask(path, request, patience=30):
    """One request; the whole reply."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(patience)
        s.connect(path)
        s.sendall(request)
        reply = b""
        while piece := s.recv(65536):
            reply += piece
        return reply


def status(pid, key):
    """A figure of /proc/PID/status in KiB; 0 when the process is gone."""
    try:
        for line in open("/proc/%d/status" % pid):
            if line.startswith(key + ":"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def children(pid):
    try:
        return [int(p) for p in open("/proc/%d/task/%d/children" % (pid, pid)).read().split()]
    except OSError:
        return []


class Server:
    """A process with a socket; what it and its children use."""

    def pids(self):
        return [self.pid] + children(self.pid)

    def resident(self):
        return sum(status(p, "VmRSS") for p in self.pids())

    def reset_peak(self):
        for p in self.pids():
            with open("/proc/%d/clear_refs" % p, "w") as f:
                f.write("5")

    def peaks(self):
        """By process: the most that was resident since reset_peak."""
        return {p: status(p, "VmHWM") for p in self.pids()}

    def wait(self):
        """Until it can be asked."""
        return self

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()
        return self.wait()


class Gatepost(Server):
    def __init__(self, executable, folder, kind, location, limits=""):
        self.executable, self.folder = executable, folder
        self.socket = folder + "/socket"
        os.makedirs(folder, exist_ok=True)
        with open(folder + "/gatepost.toml", "w") as f:
            f.write("""[[listen]]
socket = "%s"
mode = "0666"
[limits]
%s
[[directory]]
name = "users"
type = "%s"
%s
[directory.queries]
account = "SELECT username, password, uid, gid, home, maildir, quota, name FROM mailbox WHERE username = :username"
enumerate = "SELECT username, uid, gid, home, maildir FROM mailbox"
""" % (self.socket, limits, kind, location))
        self.start()

    def start(self):
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [self.executable, "serve", "--config", self.folder + "/gatepost.toml"], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=open(self.folder + "/log", "w"))
        self.pid = self.process.pid
        return began

    def wait(self):
        wait_for("gatepost (%s/log)" % self.folder, lambda: os.path.exists(self.socket), self.process)
        return self


class Courier(Server):
    def __init__(self, folder, kind, daemons, connection):
        self.folder = folder
        self.socket = folder + "/run/socket"
        self.tool = HERE + "/courier-reference"
        subprocess.run([self.tool, "config", folder, kind, str(daemons), connection], check=True)
        self.start()

    def start(self):
        subprocess.run([self.tool, "start", self.folder], check=True)
        self.pid = int(open(self.folder + "/pid").read())

    def stop(self):
        """Tells it to end, which it does within about two seconds."""
        os.kill(self.pid, signal.SIGTERM)

    def wait_for_end(self):
        wait_for("the end of courier", lambda: not os.path.exists("/proc/%d" % self.pid))

    def restart(self):
        self.stop()
        self.wait_for_end()
        self.start()
        return self


class PostgreSQL:
    def __init__(self, folder):
        self.folder = folder
        binaries = os.path.dirname(sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"))[-1])
        os.mkdir(folder)
        subprocess.run(["chown", "postgres", folder], check=True)
        subprocess.run(["runuser", "-u", "postgres", "--", binaries + "/initdb", "-D", folder + "/data", "-A", "trust"],
                       check=True, stdout=subprocess.DEVNULL)
        # runuser stays as the parent: the server's own process is told by its pid file.
        self.process = subprocess.Popen(
            ["runuser", "-u", "postgres", "--", binaries + "/postgres", "-D", folder + "/data", "-k", folder, "-p", str(PORT),
             "-c", "listen_addresses=", "-c", "fsync=off"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(folder + ".log", "w"))
        self.dsn = "host=%s port=%d user=postgres" % (folder, PORT)
        wait_for("PostgreSQL (%s.log)" % folder, lambda: self.query("SELECT 1") == "1", self.process)

    def query(self, sql):
        done = subprocess.run(["psql", "-XAtq", self.dsn + " dbname=postgres", "-c", sql], capture_output=True, text=True)
        return done.stdout.strip()

    def version(self):
        return self.query("SHOW server_version").split()[0]

    def connections(self, database):
        """How many there are to a database."""
        return int(self.query("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = '%s'"
                              % database))

    def stop(self):
        try:
            os.kill(int(open(self.folder + "/data/postmaster.pid").readline()), signal.SIGINT)
        except OSError:
            pass
        self.process.wait()


class MariaDB:
    """With its defaults, over its Unix socket; what it commits is not awaited on the disk, as with PostgreSQL's `fsync` off."""

    def __init__(self, folder):
        self.folder, self.socket = folder, folder + "/socket"
        os.mkdir(folder)
        subprocess.run(["chown", "mysql", folder], check=True)
        subprocess.run(["mariadb-install-db", "--no-defaults", "--user=mysql", "--datadir=" + folder + "/data", "--skip-test-db",
                        "--auth-root-authentication-method=normal"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        server = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        self.process = subprocess.Popen(
            [server, "--no-defaults", "--user=mysql", "--datadir=" + folder + "/data", "--socket=" + self.socket, "--skip-networking",
             "--pid-file=" + folder + "/pid", "--innodb-flush-log-at-trx-commit=0", "--local-infile=1"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(folder + ".log", "w"))
        self.client = "--socket=%s --user=root" % self.socket
        wait_for("MariaDB (%s.log)" % folder, lambda: self.query("SELECT 1") == "1", self.process)
        # courier always gives a password.
        self.query("CREATE USER courier@localhost IDENTIFIED BY 'courier'; GRANT SELECT ON *.* TO courier@localhost")

    def query(self, sql):
        done = subprocess.run(["mariadb", "--no-defaults"] + self.client.split() + ["--batch", "--skip-column-names", "-e", sql],
                              capture_output=True, text=True)
        return done.stdout.strip()

    def version(self):
        return self.query("SELECT version()").split("-")[0]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Dovecot(Server):
    """Its auth service alone, with passwords from PostgreSQL."""

    def __init__(self, folder, connection, settings=""):
        self.folder, self.socket = folder, folder + "/run/auth-client"
        os.makedirs(folder + "/run", exist_ok=True)
        with open(folder + "/sql.conf", "w") as f:
            f.write("driver = pgsql\nconnect = %s\ndefault_pass_scheme = CRYPT\n"
                    "password_query = SELECT username AS user, password FROM mailbox WHERE username = '%%u'\n" % connection)
        with open(folder + "/dovecot.conf", "w") as f:
            f.write("""base_dir = %s/run
state_dir = %s/run
log_path = %s/log
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
%s
passdb {
  driver = sql
  args = %s/sql.conf
}
userdb {
  driver = static
  args = uid=5000 gid=5000 home=/var/vmail/%%u
}
service auth {
  client_limit = 2000
  unix_listener auth-client {
    mode = 0666
  }
}
service anvil {
  client_limit = 3000
}
""" % (folder, folder, folder, settings, folder))
        self.start()

    def start(self):
        self.process = subprocess.Popen(["dovecot", "-F", "-c", self.folder + "/dovecot.conf"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder + "/errors", "w"))
        self.pid = self.process.pid
        wait_for("Dovecot (%s/errors, log)" % self.folder, lambda: os.path.exists(self.socket), self.process)
