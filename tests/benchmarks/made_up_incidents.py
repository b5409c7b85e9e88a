# ruff: noqa: E501 lines of logs are as long as they are
"""Six made-up logs of machines that nobody has, each with ten incidents on its last day: what is to be found is known.

Mail, an API that writes JSON, sensors with units, a scheduler of containers, an inverter's CSV, a small server's syslog.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

START = datetime(2026, 10, 1)
USERS = ["anna", "ben", "carla", "dirk", "eva", "finn", "gita", "hugo", "ines", "jan", "kira", "leo", "mona", "nils"]
HOSTS = ["example.org", "example.net", "mail.example.com", "shop.example", "post.example"]

Lines = Iterator[tuple[datetime, str]]
Change = Callable[["Day", int, str], None]


class MadeUpLog(NamedTuple):
    """Normal lines, those of the last day, and of each incident the places of its lines there."""

    normal: list[str]
    today: list[str]
    incidents: dict[str, list[int]]


class Day:
    """The lines of the last day, of which some belong to incidents."""

    def __init__(self, lines: Sequence[tuple[datetime, str]]) -> None:
        self.lines: list[tuple[datetime, str, str]] = [(time, text, "") for time, text in lines]

    def insert(self, at: int, name: str, texts: Callable[[datetime], Sequence[str]]) -> None:
        """Lines of an incident, behind a line."""
        time = self.lines[at][0]
        self.lines[at + 1 : at + 1] = [(time, text, name) for text in texts(time)]

    def silence(self, at: int, name: str, word: str, minutes: int) -> None:
        """Leave lines with a word out for some minutes; the lines around belong to the incident."""
        end, margin = self.lines[at][0] + timedelta(minutes=minutes), 60
        last = next((i for i in range(at, len(self.lines)) if self.lines[i][0] > end), len(self.lines))
        kept = [line for line in self.lines[at:last] if word not in line[1]]
        self.lines[at:last] = kept
        for i in range(max(0, at - margin), min(at + len(kept) + 5, len(self.lines))):
            self.lines[i] = (*self.lines[i][:2], self.lines[i][2] or name)


def some(*texts: str) -> Change:
    """An incident of lines that begin with the time as `{time}` says."""
    return lambda day, at, name: day.insert(at, name, lambda time: [_timed(text, time) for text in texts])


def many(count: int, text: str) -> Change:
    """An incident of one line, which comes so often; `{i}` is its number."""
    return some(*(text.replace("{i}", str(1000 + i)) for i in range(count)))


def silence(word: str, minutes: int) -> Change:
    """An incident of lines that do not come."""
    return lambda day, at, name: day.silence(at, name, word, minutes)


def _timed(text: str, time: datetime) -> str:
    forms = {
        "{syslog}": "%b %e %H:%M:%S",
        "{iso}": "%Y-%m-%dT%H:%M:%S",
        "{date}": "%Y-%m-%d %H:%M:%S",
        "{glog}": "%m%d %H:%M:%S",
    }
    for name, form in forms.items():
        text = text.replace(name, time.strftime(form))
    return text


def hexadecimal(chance: random.Random, digits: int) -> str:
    """So many digits."""
    return f"{chance.getrandbits(4 * digits):0{digits}x}"


def mail(chance: random.Random) -> Lines:
    """A mail server: postfix and dovecot."""
    time = START
    while True:
        time += timedelta(seconds=chance.expovariate(1 / (3 if 8 <= time.hour < 19 else 11)) + 0.3)
        pid, queue, address = (
            chance.randint(1000, 32000),
            hexadecimal(chance, 10).upper(),
            f"198.51.100.{chance.randint(1, 250)}",
        )
        user, other, host = chance.choice(USERS), chance.choice(USERS), chance.choice(HOSTS)
        kind = chance.random()
        if kind < 0.55:
            client = f"mx{chance.randint(1, 9)}.{host}[{address}]"
            texts = [
                f"postfix/smtpd[{pid}]: connect from {client}",
                f"postfix/smtpd[{pid}]: {queue}: client={client}",
                f"postfix/cleanup[{pid + 3}]: {queue}: message-id=<{hexadecimal(chance, 16)}@{host}>",
                f"postfix/qmgr[811]: {queue}: from=<{user}@{host}>, size={int(chance.lognormvariate(9, 1.2))}, nrcpt=1 (queue active)",
                f"postfix/lmtp[{pid + 5}]: {queue}: to=<{other}@example.org>, relay=127.0.0.1[127.0.0.1]:24, "
                f"delay={chance.random() * 2:.2f}, delays=0.1/0/0.02/{chance.random():.2f}, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
                f"postfix/qmgr[811]: {queue}: removed",
                f"postfix/smtpd[{pid}]: disconnect from {client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
            ]
        elif kind < 0.8:
            session = hexadecimal(chance, 12)
            texts = [
                f"dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={address}, lip=203.0.113.5, mpid={pid}, TLS, session=<{session}>",
                f"dovecot: imap({user})<{pid}><{session}>: Logged out in={chance.randint(50, 900)} out={chance.randint(500, 90000)} "
                f"deleted={chance.randint(0, 3)} expunged=0",
            ]
        elif kind < 0.9:
            texts = [_blocked(address, f"{user}@{host}", f"{other}@example.org", host, pid)]
        else:
            texts = [
                f"postfix/anvil[{pid}]: statistics: max connection rate {chance.randint(1, 6)}/60s for (smtp:{address})"
            ]
        for text in texts:
            yield time, _timed(f"{{syslog}} mx1 {text}", time)
            time += timedelta(seconds=chance.random() * 0.4)


def _blocked(address: str, sender: str, recipient: str, host: str, pid: object) -> str:
    return (
        f"postfix/smtpd[{pid}]: NOQUEUE: reject: RCPT from unknown[{address}]: 554 5.7.1 Service unavailable; Client host [{address}] "
        f"blocked using zen.example.net; from=<{sender}> to=<{recipient}> proto=ESMTP helo=<{host}>"
    )


MAIL = {
    "relay denied": some("{syslog} mx1 postfix/smtpd[2211]: NOQUEUE: reject: RCPT from unknown[192.0.2.9]: 454 4.7.1 <x@other.example>: Relay access denied"),
    "guessed passwords": many(60, "{syslog} mx1 dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<eva>, rip=192.0.2.77, session=<{i}>"),
    "deferred": many(5, "{syslog} mx1 postfix/lmtp[4122]: {i}A: to=<eva@example.org>, relay=none, delay={i}, dsn=4.4.1, status=deferred (Connection refused)"),
    "huge": some("{syslog} mx1 postfix/qmgr[811]: 9FAE923D5A: from=<finn@example.net>, size=98423231, nrcpt=1 (queue active)"),
    "many recipients": some("{syslog} mx1 postfix/qmgr[811]: 9FAE923D5B: from=<mona@example.org>, size=4211, nrcpt=480 (queue active)"),
    "full disk": some("{syslog} mx1 postfix/cleanup[999]: warning: 9FAE923D5C: write queue file: No space left on device"),
    "certificate": some("{syslog} mx1 dovecot: imap-login: Error: SSL_accept() failed: certificate has expired: rip=198.51.100.8"),
    "spam": many(150, "{syslog} mx1 " + _blocked("198.51.100.99", "a@shop.example", "ben@example.org", "shop.example", "{i}")),
    "slow": some("{syslog} mx1 postfix/lmtp[1888]: 9FAE923D5D: to=<ben@example.org>, relay=127.0.0.1[127.0.0.1]:24, delay=188.4, delays=0.1/0/0.02/188, dsn=2.0.0, status=sent (250 2.0.0 Ok)"),
    "killed": some("{syslog} mx1 postfix/master[600]: warning: process /usr/lib/postfix/sbin/smtpd pid 2211 killed by signal 11"),
}  # fmt: skip


def _record(**fields: object) -> str:
    return json.dumps({"ts": "{iso}.000Z", **fields})


def api(chance: random.Random) -> Lines:
    """Services that write JSON."""
    time = beat = START
    while True:
        time += timedelta(seconds=chance.expovariate(1.2))
        kind = chance.random()
        trace = hexadecimal(chance, 16)
        if time - beat > timedelta(seconds=60):
            beat = time
            text = _record(
                level="info",
                svc="ledger",
                msg="heartbeat",
                goroutines=chance.randint(40, 60),
                heap_mb=chance.randint(110, 160),
            )
        elif kind < 0.8:
            path = chance.choice(
                ["/v1/orders", "/v1/orders/{}", "/v1/users/{}", "/v1/search", "/healthz", "/v1/cart/{}/items"]
            )
            status = chance.choices([200, 201, 204, 304, 400, 404], [70, 8, 6, 6, 3, 7])[0]
            text = _record(
                level="info", svc="gateway", msg="request", method=chance.choice(["GET", "GET", "GET", "POST", "DELETE"]),
                path=path.format(chance.randint(1000, 99999)), status=status, ms=int(chance.lognormvariate(3, 0.7)), trace=trace,
            )  # fmt: skip
        elif kind < 0.9:
            amount = round(chance.lognormvariate(3, 1), 2)
            text = _record(
                level="info",
                svc="ledger",
                msg="posted",
                account=chance.randint(1, 900),
                amount=amount,
                currency="EUR",
                trace=trace,
            )
        elif kind < 0.96:
            text = _record(
                level="debug",
                svc="cache",
                msg="evicted",
                keys=chance.randint(1, 40),
                reason=chance.choice(["ttl", "ttl", "size"]),
            )
        elif kind < 0.99:
            text = _record(
                level="warn",
                svc="gateway",
                msg="slow upstream",
                upstream=chance.choice(["search-1", "search-2"]),
                ms=chance.randint(800, 1500),
            )
        else:
            text = _record(
                level="info",
                svc="scheduler",
                msg="job finished",
                job=chance.choice(["rollup", "export", "cleanup"]),
                took_s=round(chance.random() * 20, 1),
            )
        yield time, _timed(text, time)


def _request(**fields: object) -> str:
    usual = {"method": "GET", "path": "/v1/search", "status": 200, "ms": 9}
    return _record(level="info", svc="gateway", msg="request", **{**usual, **fields}, trace="5f2a9c01b7d3e864")


API = {
    "new error": some(_record(level="error", svc="ledger", msg="constraint violation", table="postings")),
    "errors": many(40, _request(status=503)),
    "slow": some(_request(method="POST", path="/v1/orders", status=201, ms=48211)),
    "amount": some(_record(level="info", svc="ledger", msg="posted", account=14, amount=9400000.0, currency="EUR", trace="5f2a9c01b7d3e865")),
    "currency": some(_record(level="info", svc="ledger", msg="posted", account=14, amount=12.1, currency="QQQ", trace="5f2a9c01b7d3e866")),
    "method": some(_request(method="TRACE", path="/v1/users/1042", status=404)),
    "traversal": some(_request(path="/v1/../../etc/passwd", status=404)),
    "memory": some(_record(level="info", svc="ledger", msg="heartbeat", goroutines=48, heap_mb=3900)),
    "failed job": some(_record(level="error", svc="scheduler", msg="job failed", job="rollup", took_s=0.1, err="context deadline exceeded")),
    "warnings": many(60, _record(level="warn", svc="gateway", msg="slow upstream", upstream="search-2", ms=1200)),
}  # fmt: skip


def sensors(chance: random.Random) -> Lines:
    """Nodes that send temperatures to a gateway."""
    time, sent = START, dict.fromkeys("ABCDEF", 1000)
    while True:
        time += timedelta(seconds=10 + chance.random() * 2)
        node, kind = chance.choice("ABCDEF"), chance.random()
        sent[node] += 1
        if kind < 0.75:
            warmth = 18 + 6 * math.sin(time.hour / 24 * math.tau) + chance.gauss(0, 0.4) + ord(node) % 5
            text = (
                f"node-{node} INFO  sample seq={sent[node]} temp={warmth:.1f}C hum={chance.gauss(45, 3):.0f}% "
                f"bat={chance.gauss(3.9, 0.04):.2f}V rssi={-chance.randint(55, 80)}"
            )
        elif kind < 0.87:
            text = f"gw INFO  uplink ok bytes={chance.randint(200, 420)} rtt={chance.randint(30, 90)}ms"
        elif kind < 0.94:
            text = f"node-{node} INFO  valve {chance.choice(['opened', 'closed'])} by schedule morning-{chance.randint(1, 3)}"
        elif kind < 0.98:
            text = f"node-{node} WARN  retry {chance.randint(1, 3)} of 5: ack timeout"
        else:
            uptime = int((time - START).total_seconds())
            text = f"gw INFO  uptime={uptime}s load={chance.random():.2f} disk={chance.randint(31, 36)}% peers=6"
        yield time, _timed(f"{{iso}} {text}", time)


SENSORS = {
    "hot": some("{iso} node-B INFO  sample seq=3123 temp=71.3C hum=44% bat=3.91V rssi=-60"),
    "below zero": some("{iso} node-C INFO  sample seq=3124 temp=-40.0C hum=44% bat=3.90V rssi=-61"),
    "battery": some("{iso} node-D INFO  sample seq=3125 temp=20.1C hum=45% bat=2.10V rssi=-61"),
    "retries": many(40, "{iso} node-A WARN  retry 2 of 5: ack timeout"),
    "by hand": some("{iso} node-E INFO  valve opened by operator"),
    "restart": some("{iso} gw INFO  uptime=3s load=0.91 disk=33% peers=0"),
    "fault": some("{iso} node-F ERROR sensor fault code=0x1f"),
    "clock": some("2031-10-03T10:04:37 node-A INFO  sample seq=3126 temp=21.2C hum=48% bat=3.95V rssi=-61"),
    "unknown node": some("{iso} node-Q INFO  sample seq=1 temp=20.3C hum=46% bat=3.95V rssi=-58"),
    "disk": some("{iso} gw INFO  uptime=200010s load=0.41 disk=99% peers=6"),
}  # fmt: skip


def scheduler(chance: random.Random) -> Lines:
    """A control plane of containers."""
    time = renewed = START
    pods = ["web-7d9f", "api-66c8", "db-0", "cache-1", "cron-28"]
    while True:
        time += timedelta(seconds=chance.expovariate(0.8))
        pod, kind, level = f"{chance.choice(pods)}{chance.randint(1, 99)}", chance.random(), "I"
        if time - renewed > timedelta(seconds=10):
            renewed = time
            text = "leaderelection.go:278] successfully renewed lease kube-system/scheduler"
        elif kind < 0.45:
            text = _answered(
                chance.choice(["GET", "LIST", "WATCH", "PATCH"]), f"pods/{pod}", chance.lognormvariate(1, 0.6), "kubelet/v1.37.0",
                chance.choices([200, 201, 404, 409], [80, 8, 8, 4])[0], f"10.0.{chance.randint(0, 9)}.{chance.randint(1, 250)}:{chance.randint(30000, 60000)}",
            )  # fmt: skip
        elif kind < 0.65:
            text = f'scheduler.go:592] "Successfully bound pod to node" pod="prod/{pod}" node="node-{chance.randint(1, 9)}" feasibleNodes={chance.randint(3, 9)}'
        elif kind < 0.8:
            text = f'garbagecollector.go:533] "Deleting object" kind="ReplicaSet" uid="{hexadecimal(chance, 8)}-{hexadecimal(chance, 12)}"'
        elif kind < 0.9:
            level = "W"
            text = f"reflector.go:441] watch of *v1.{chance.choice(['Pod', 'Node', 'Secret'])} ended with: too old resource version: {chance.randint(10**6, 10**7)}"
        else:
            text = f"compact.go:55] compaction finished at revision {chance.randint(10**6, 10**7)} in {chance.randint(10, 60)}ms"
        yield time, _timed(f"{level}{{glog}}.{chance.randint(0, 999999):06d}       1 {text}", time)


def _answered(verb: str, what: str, milliseconds: float, agent: str, status: int, address: str) -> str:
    return (
        f'httplog.go:132] "HTTP" verb="{verb}" URI="/api/v1/namespaces/prod/{what}" latency="{milliseconds:.6f}ms" '
        f'userAgent="{agent}" srcIP="{address}" resp={status}'
    )


def _odd(
    verb: str = "GET",
    what: str = "pods/web-7d9f12",
    took: float = 2.1,
    agent: str = "kubelet/v1.37.0",
    status: int = 200,
) -> str:
    return "I{glog}.123456       1 " + _answered(verb, what, took, agent, status, "10.0.1.7:40000")


SCHEDULER = {
    "no lease": silence("renewed lease", 6),
    "lost lease": some("E{glog}.123456       1 leaderelection.go:330] error retrieving resource lock kube-system/scheduler: context deadline exceeded"),
    "slow": some(_odd(took=31000.0)),
    "error": some(_odd(status=500)),
    "agent": some(_odd(agent="curl/8.1")),
    "secrets": some(_odd("LIST", "secrets")),
    "no room": some('I{glog}.123456       1 scheduler.go:592] "Unable to schedule pod; no fit; waiting" pod="prod/db-012" err="9 Insufficient memory"'),
    "conflicts": many(60, _odd("PATCH", "pods/db-012", status=409)),
    "compaction": some("I{glog}.123456       1 compact.go:55] compaction finished at revision 7000000 in 48000ms"),
    "panic": some("panic: runtime error: invalid memory address or nil pointer dereference", "goroutine 1 [running]:", "main.main()", "\t/src/main.go:31 +0x1d"),
}  # fmt: skip


def inverter(chance: random.Random) -> Lines:
    """Measurements as CSV, one a minute."""
    time, energy = START, 10000.0
    while True:
        time += timedelta(minutes=1)
        sun = max(0.0, math.sin((time.hour + time.minute / 60 - 6) / 12 * math.pi))
        energy += sun * 3
        state = "PRODUCING" if sun > 0.02 else "SLEEPING"
        code = chance.choices(["OK", "W12"], [99, 1])[0]
        yield (
            time,
            _timed(
                f"{{date}},inv1,{state},{chance.gauss(230, 1.5):.1f},{sun * 14 + abs(chance.gauss(0, 0.1)):.2f},"
                f"{sun * 3200 + abs(chance.gauss(0, 20)):.0f},{energy:.1f},{35 + sun * 20 + chance.gauss(0, 0.8):.1f},{code}",
                time,
            ),
        )


INVERTER = {
    "too high": some("{date},inv1,PRODUCING,271.3,5.00,1200,10020.0,41.0,OK"),
    "no voltage": some("{date},inv1,PRODUCING,0.0,5.00,1200,10020.0,41.0,OK"),
    "hot": some("{date},inv1,PRODUCING,230.1,5.00,1200,10020.0,93.0,OK"),
    "fault": some("{date},inv1,FAULT,230.1,5.00,1200,10020.0,41.0,OK"),
    "code": some("{date},inv1,PRODUCING,230.1,5.00,1200,10020.0,41.0,E31"),
    "warnings": many(25, "{date},inv1,PRODUCING,230.1,5.00,1200,10020.0,41.0,W12"),
    "another name": some("{date},inv9,PRODUCING,230.1,5.00,1200,10020.0,41.0,OK"),
    "power": some("{date},inv1,PRODUCING,230.1,5.00,99999,10020.0,41.0,OK"),
    "cut line": some("{date},inv1,PRODUCING,230.1"),
    "counter falls": some("{date},inv1,PRODUCING,230.1,5.00,1200,0.0,41.0,OK"),
}  # fmt: skip


def server(chance: random.Random) -> Lines:
    """The syslog of a small server."""
    time, hourly = START, START.replace(minute=17)
    while True:
        time += timedelta(seconds=chance.expovariate(1 / 20))
        while hourly < time:
            yield (
                hourly,
                _timed(
                    f"{{syslog}} pi4 CRON[{chance.randint(900, 30000)}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
                    hourly,
                ),
            )
            hourly += timedelta(hours=1)
        pid, user, kind = chance.randint(900, 30000), chance.choice(USERS[:3]), chance.random()
        if kind < 0.25:
            texts = [
                f"sshd[{pid}]: Accepted publickey for {user} from 198.51.100.{chance.randint(2, 9)} port {chance.randint(30000, 60000)} ssh2: ED25519 SHA256:{hexadecimal(chance, 20)}",
                f"sshd[{pid}]: pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)",
                f"sshd[{pid}]: pam_unix(sshd:session): session closed for user {user}",
            ]
        elif kind < 0.4:
            done = chance.choice(["apt update", "systemctl status nginx", "journalctl -e"])
            texts = [
                f"sudo:     {user} : TTY=pts/{chance.randint(0, 3)} ; PWD=/home/{user} ; USER=root ; COMMAND=/usr/bin/{done}"
            ]
        elif kind < 0.6:
            texts = [
                f"kernel: [{(time - START).total_seconds():.6f}] [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.{chance.randint(1, 250)} DST=203.0.113.5 LEN={chance.choice([40, 44, 60])} "
                f"TTL={chance.randint(40, 250)} PROTO=TCP SPT={chance.randint(1024, 65000)} DPT={chance.choice([22, 23, 80, 443, 3389, 8080])}"
            ]
        elif kind < 0.8:
            number = chance.randint(10, 99999)
            texts = [
                f"systemd[1]: Started Session {number} of user {user}.",
                f"systemd-logind[511]: New session {number} of user {user}.",
            ]
        elif kind < 0.95:
            texts = [
                f"dhcpd[700]: DHCPACK on 10.0.0.{chance.randint(20, 90)} to {':'.join(hexadecimal(chance, 2) for _ in range(6))} via eth1"
            ]
        else:
            texts = [f"systemd[1]: {chance.choice(['logrotate', 'apt-daily', 'fstrim'])}.service: Succeeded."]
        for text in texts:
            yield time, _timed(f"{{syslog}} pi4 {text}", time)


SERVER = {
    "no cron": silence("cron.hourly", 240),
    "root": some("{syslog} pi4 sshd[811]: Accepted password for root from 192.0.2.66 port 40001 ssh2"),
    "guesses": many(80, "{syslog} pi4 sshd[{i}]: Failed password for invalid user admin from 192.0.2.66 port 4{i} ssh2"),
    "new user": some("{syslog} pi4 useradd[999]: new user: name=backdoor, UID=1001, GID=1001, home=/home/backdoor, shell=/bin/bash"),
    "shell": some("{syslog} pi4 sudo:     ben : TTY=pts/1 ; PWD=/tmp ; USER=root ; COMMAND=/bin/bash"),
    "memory": some("{syslog} pi4 kernel: [260000.000001] Out of memory: Killed process 812 (mysqld) total-vm:1822340kB, anon-rss:912340kB"),
    "disk": some("{syslog} pi4 kernel: [261000.000001] blk_update_request: I/O error, dev sda, sector 1933312"),
    "scan": many(100, "{syslog} pi4 kernel: [262000.000001] [UFW BLOCK] IN=eth0 OUT= SRC=192.0.2.66 DST=203.0.113.5 LEN=44 TTL=50 PROTO=TCP SPT=40000 DPT={i}"),
    "failed unit": some("{syslog} pi4 systemd[1]: fstrim.service: Failed with result exit-code."),
    "interface": some("{syslog} pi4 kernel: [263000.000001] [UFW BLOCK] IN=wlan0 OUT= SRC=192.0.2.66 DST=203.0.113.5 LEN=44 TTL=50 PROTO=TCP SPT=40000 DPT=22"),
}  # fmt: skip

LOGS: dict[str, tuple[Callable[[random.Random], Lines], dict[str, Change]]] = {
    "mail": (mail, MAIL),
    "api": (api, API),
    "sensors": (sensors, SENSORS),
    "scheduler": (scheduler, SCHEDULER),
    "inverter": (inverter, INVERTER),
    "server": (server, SERVER),
}


def make(name: str, normal: int = 24_000, today: int = 4_000, seed: int = 1) -> MadeUpLog:
    """One of the logs; its incidents come one after the other, as far from each other as may be."""
    lines, incidents = LOGS[name]
    made = lines(random.Random(f"{name} {seed}"))
    before = [next(made)[1] for _ in range(normal)]
    day = Day([next(made) for _ in range(today)])
    for number, (incident, change) in reversed(list(enumerate(incidents.items()))):
        change(day, int((number + 0.5) * today / len(incidents)), incident)
    places: dict[str, list[int]] = {incident: [] for incident in incidents}
    for place, (_, _, incident) in enumerate(day.lines):
        if incident:
            places[incident].append(place)
    return MadeUpLog(before, [text for _, text, _ in day.lines], places)
