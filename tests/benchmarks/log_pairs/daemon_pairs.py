"""Logs of daemons on a loopback of their own: nginx, sshd, PostgreSQL, Redis, rsyslog, dnsmasq."""

from __future__ import annotations

from pair import Fault, Job, pair

WAIT = "wait_for() { for try in $(seq 100); do : 2>/dev/null >/dev/tcp/127.0.0.1/$1 && return; sleep 0.1; done; }\n"

NGINX = """
worker_processes 2; daemon off; pid nginx.pid; error_log /dev/stderr notice;
events {}
http {
    log_format timed '$remote_addr - - [$time_local] "$request" $status $body_bytes_sent '
        'rt=$request_time "$http_user_agent"';
    access_log /dev/stdout timed;
    server {
        listen 127.0.0.1:8080;
        location /api/ { proxy_pass http://127.0.0.1:8000/; proxy_connect_timeout 1s; }
        location / { root /var/www/html; index index.nginx-debian.html; }
    }
}
"""

UPSTREAM = """
import http.server, random, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        slow = sys.argv[1] == 'slow' and 'report' in self.path and random.random() < 0.5
        time.sleep(1.5 if slow else random.random() / 100)
        body = b'x' * random.randint(100, 900)
        self.send_response(200 if random.random() < 0.97 else 404)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('127.0.0.1', 8000), Handler).serve_forever()
"""


ASKED = """
        for i in $(seq 160); do
            case $((RANDOM % 5)) in
                0) path=/ ;; 1) path=/api/orders/$RANDOM ;; 2) path=/api/report/$((RANDOM % 40)) ;;
                3) path=/api/users/$RANDOM/cart ;; 4) path=/api/search?q=item$RANDOM ;;
            esac
            curl -s -o /dev/null -A "shop/1.$((RANDOM % 3))" "http://127.0.0.1:8080$path"
        done
"""


def serve(job: Job, kind: str, middle: str = "", ask: str = ASKED) -> None:
    """Serve some hundred requests through nginx; `middle` happens half way."""
    job.write("nginx.conf", NGINX)
    job.write("upstream.py", UPSTREAM)
    job.on_machine(f"""{WAIT}
        python3 upstream.py {kind} & upstream=$!
        nginx -p $PWD -c nginx.conf & nginx=$!
        wait_for 8000; wait_for 8080
        {ask}
        {middle}
        {ask}
        kill -QUIT $nginx; wait $nginx; kill $upstream 2>/dev/null
    """)


@pair(
    Fault("upstream refuses", r"connect\(\) failed \(111: Connection refused\) while connecting to upstream"),
    Fault("answers 502", r'HTTP/1\.1" 502 '),
    goods=2,
)
def nginx_upstream_down(job: Job) -> None:
    """nginx serves a few hundred requests; half way the server behind it dies."""
    serve(job, "usual", "kill -9 $upstream; sleep 0.2" if job.failing else "")


@pair(Fault("slow answers", r"/api/report/.* rt=[1-9]\.", "value"), goods=3)
def nginx_slow_answers(job: Job) -> None:
    """nginx serves a few hundred requests; some answers of one kind take a hundred times as long."""
    serve(job, "slow" if job.failing else "usual")


@pair(
    Fault("burst of one path", r'"GET /api/orders/7 HTTP', "more"),
    goods=3,
)
def nginx_burst(job: Job) -> None:
    """nginx serves a few hundred requests; half way a client asks for one thing three hundred times."""
    burst = 'for i in $(seq 300); do curl -s -o /dev/null -A shop/1.1 "http://127.0.0.1:8080/api/orders/7"; done'
    once = 'curl -s -o /dev/null -A shop/1.1 "http://127.0.0.1:8080/api/orders/7"'
    serve(job, "usual", burst if job.failing else once)


@pair(
    Fault("passwords asked for", r"\"GET /(\.env|\.git/config|wp-login\.php)"),
    Fault("path out of the folder", r"\"GET /api/\.\./\.\./"),
    goods=2,
)
def nginx_another_week(job: Job) -> None:
    """The shop has new paths and clients, which is as it should be; among them somebody looks for holes."""
    look = """
        for path in .env .git/config wp-login.php api/../../etc/passwd; do
            curl -s -o /dev/null --path-as-is -A shop/1.1 "http://127.0.0.1:8080/$path"
        done
    """
    grown = ASKED.replace("/api/search?q=item", "/api/wishlist/share?by=").replace("shop/1", "shop-mobile/2")
    serve(job, "usual", *((look, grown) if job.failing else ()))


SSHD = """
    mkdir -p /run/sshd; useradd -m keeper; useradd -m visitor
    ssh-keygen -q -t ed25519 -N '' -f key; ssh-keygen -q -t ed25519 -N '' -f strange
    for user in keeper visitor; do
        mkdir -p /home/$user/.ssh; cp key.pub /home/$user/.ssh/authorized_keys; chown -R $user: /home/$user
    done
    /usr/sbin/sshd -D -e -p 2222 -o LogLevel=VERBOSE -o MaxStartups=200 & sshd=$!
    wait_for 2222
    come() { ssh -q -F /dev/null -i $2 -o IdentitiesOnly=yes -o BatchMode=yes -o StrictHostKeyChecking=no \\
        -o UserKnownHostsFile=/dev/null -p 2222 $1@127.0.0.1 true </dev/null >/dev/null 2>&1; }
    for i in $(seq 14); do come keeper key; come visitor key; done
    come keeper strange
"""


@pair(
    Fault("guessed users", r"Invalid user \w+ from"),
    Fault("closed before login", r"Connection (closed|reset) by invalid user"),
    Fault("many failures of one user", r"Connection (closed|reset) by authenticating user keeper", "more"),
    goods=2,
)
def sshd_guesses(job: Job) -> None:
    """sshd lets two users in with keys; somebody guesses names, and keys of one user."""
    guess = "for i in $(seq 12); do come admin$i strange; come keeper strange; done" if job.failing else ""
    job.on_machine(f"{WAIT}{SSHD}\n{guess}\nfor i in 1 2 3 4 5; do come visitor key; done\nkill $sshd; wait $sshd")


POSTGRES = """
    useradd -m dba; mkdir data; chown dba data; chmod 755 .
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    as() { setpriv --reuid=dba --regid=dba --clear-groups "$@"; }
    as $bin/initdb -D data -A trust >/dev/null
    as $bin/postgres -D data -k $PWD/data -c log_line_prefix='%m [%p] %q%u@%d ' -c log_min_duration_statement=0 \\
        -c log_checkpoints=on -c log_lock_waits=on -c deadlock_timeout=300ms \\
        -c log_connections=on -c log_disconnections=on \\
        EXTRA & server=$!
    wait_for 5432
    ask() { psql -q -h 127.0.0.1 -U dba postgres "$@" >/dev/null 2>&1; }
    ask -c 'create table stock (id int primary key, amount int check (amount >= 0))'
    ask -c 'insert into stock select i, 50 from generate_series(1, 40) i'
    work() { for i in $(seq $1); do
        ask -c "update stock set amount = amount + 1 where id = $((RANDOM % 40 + 1))" \\
            -c "select sum(amount) from stock where id > $((RANDOM % 40))"
    done; ask -c checkpoint; }
"""


def store(job: Job, middle: str, extra: str = "") -> None:
    """Keep stock in PostgreSQL; `middle` happens half way."""
    job.on_machine(
        f"{WAIT}{POSTGRES.replace('EXTRA', extra)}\nwork 25\n{middle}\nwork 25\n"
        "kill -INT $(head -n 1 data/postmaster.pid); wait $server"
    )


@pair(
    Fault("deadlock", r"ERROR: +deadlock detected"),
    Fault("who waits for whom", r"DETAIL: +Process \d+ waits for|still waiting for|acquired (Share|Exclusive)Lock"),
    Fault("broken rule", r"violates check constraint"),
    goods=2,
)
def postgres_deadlock(job: Job) -> None:
    """PostgreSQL serves updates; two of them wait for each other, and one would make an amount negative."""
    lock = """
        set_one="update stock set amount = 1 where id ="
        ask -c "begin; $set_one 1; select pg_sleep(1); $set_one 2" &
        ask -c "begin; $set_one 2; select pg_sleep(1); $set_one 1" &
        sleep 4; ask -c 'update stock set amount = amount - 500 where id = 9'
    """
    store(job, lock if job.failing else "sleep 1")


@pair(
    Fault("killed", r"was terminated by signal 9: Killed"),
    Fault("others ended", r"terminating any other active server processes|crash of another server process"),
    Fault(
        "recovery", r"automatic recovery in progress|all server processes terminated; reinitializing|redo (starts|done)"
    ),
    Fault("turned away", r"FATAL: +the database system is in recovery mode|not yet accepting connections"),
)
def postgres_killed_backend(job: Job) -> None:
    """PostgreSQL serves updates; one of its processes is killed."""
    kill = """
        ask -c 'select pg_sleep(30)' & sleep 0.5
        kill -9 $(psql -A -t -h 127.0.0.1 -U dba postgres \\
            -c "select pid from pg_stat_activity where query like '%sleep(30)%' and pid <> pg_backend_pid()")
        for i in $(seq 30); do ask -c 'select 1'; done; sleep 2
    """
    store(job, kill if job.failing else "sleep 1")


@pair(
    Fault("too many clients", r"FATAL: +(sorry, too many clients already|remaining connection slots)"),
    goods=2,
)
def postgres_too_many(job: Job) -> None:
    """PostgreSQL serves updates; many clients come at a time, more than it lets in."""
    count = 30 if job.failing else 6
    come = f"pids=; for i in $(seq {count}); do ask -c 'select pg_sleep(2)' & pids=\"$pids $!\"; done; wait $pids"
    store(job, come, "-c max_connections=14")


REDIS = """
    mkdir data
    redis-server --port 6379 --dir $PWD/data --save '1 1' --loglevel verbose & server=$!
    wait_for 6379
    work() { for i in $(seq $1); do redis-cli set key:$RANDOM $RANDOM >/dev/null; sleep 0.05; done; }
"""


@pair(
    Fault("cannot save", r"Failed opening the temp RDB file|Background saving error"),
    Fault("why", r"No such file or directory"),
    goods=2,
)
def redis_cannot_save(job: Job) -> None:
    """Redis saves in the background; its folder is taken away."""
    lose = "rm -r data" if job.failing else ""
    job.on_machine(
        f"{WAIT}{REDIS}\nwork 150\n{lose}\nwork 250\nkill $server; sleep 2; kill -9 $server 2>/dev/null; wait $server"
    )


LISTENER = """
import socket, threading
for connection, _ in iter(socket.create_server(("127.0.0.1", 5514)).accept, None):
    threading.Thread(target=lambda c=connection: all(iter(lambda: c.recv(9999), b"")), daemon=True).start()
"""

RSYSLOG = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="FOLDER/log")
action(type="omfile" file="FOLDER/messages")
action(type="omfwd" target="127.0.0.1" port="5514" protocol="tcp" action.resumeRetryCount="3" action.resumeInterval="1")
"""


@pair(Fault("cannot forward", r"cannot connect to 127\.0\.0\.1:5514"), goods=2)
def rsyslog_target_down(job: Job) -> None:
    """rsyslog writes what programs say and forwards it; the host that it forwards to is down."""
    job.write("rsyslog.conf", RSYSLOG.replace("FOLDER", str(job.folder)))
    job.write("listen.py", LISTENER)
    listen = "" if job.failing else "python3 listen.py & wait_for 5514"
    job.on_machine(f"""{WAIT}
        {listen}
        rsyslogd -n -f rsyslog.conf -i $PWD/pid & server=$!
        while [ ! -S log ]; do sleep 0.1; done
        for i in $(seq 80); do
            logger -u $PWD/log -t "backup[$RANDOM]" "copied $RANDOM files of volume $((RANDOM % 7))"
            logger -u $PWD/log -t "mailer[$RANDOM]" "queue has $((RANDOM % 40)) messages, oldest $RANDOM s"
            logger -u $PWD/log -p auth.info -t "login[$RANDOM]" "session $i opened for keeper"
            sleep 0.04
        done
        sleep 1; kill $server; wait $server; cat messages
    """)


ASK = """
import socket, struct, sys
asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asking.settimeout(2)
for number in range(12 * len(sys.argv[1:])):
    name = sys.argv[1 + number % len(sys.argv[1:])].encode()
    question = bytes([len(name)]) + name + b"\\7example\\0" + struct.pack(">HH", 1, 1)
    asking.sendto(struct.pack(">6H", number, 256, 1, 0, 0, 0) + question, ("127.0.0.1", 53))
    asking.recv(999)
"""


@pair(
    Fault("refused", r"harbour\.example .*REFUSED|is REFUSED"),
    Fault("no address", r"config harbour\.example is 192\.0\.2\.9", "fewer"),
)
def dnsmasq_lost_host(job: Job) -> None:
    """dnsmasq answers from a list of hosts; one host is no longer in it."""
    hosts = "".join(
        f"192.0.2.{i} {name}.example\n"
        for i, name in enumerate(["pier", "quay", "lock", "weir", "dock", "ramp", "mole"], 20)
    )
    harbour = "" if job.failing else "address=/harbour.example/192.0.2.9\n"
    job.write("hosts", hosts)
    job.write("dnsmasq.conf", f"no-resolv\nno-hosts\naddn-hosts={job.folder}/hosts\nlog-queries=extra\n{harbour}")
    job.write("ask.py", ASK)
    names = "pier quay lock weir dock ramp mole harbour"
    job.on_machine(f"""{WAIT}
        cp hosts /tmp/hosts; sed -i 's|{job.folder}/hosts|/tmp/hosts|' dnsmasq.conf
        dnsmasq -k -C dnsmasq.conf --log-facility=- --user=root & server=$!
        wait_for 53
        python3 ask.py {names}
        kill $server; wait $server
    """)
