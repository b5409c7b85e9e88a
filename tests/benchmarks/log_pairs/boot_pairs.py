"""Boots: a real Linux kernel in QEMU with the daemons of busybox, and runit, which starts twenty services.

The disk of the machine that boots is a file; what its rc script starts are real daemons.
"""

from __future__ import annotations

from pair import Fault, Job, pair

DAEMONS = {
    "syslogd": "syslogd -n -O /data/messages",
    "klogd": "klogd -n",
    "crond": "crond -f -l 8 -c /data/crontabs",
    "httpd": "httpd -f -v -p 80 -h /data/www",
    "docs": "httpd -f -v -p 81 -h /data/docs",
    "telnetd": "telnetd -F -p 23 -l /bin/true",
    "console": "telnetd -F -p 24 -l /bin/true",
    "udhcpd": "udhcpd -f /data/udhcpd.conf",
    "watchdog": "watchdog -F -t 5 /dev/null",
    "uevent": "uevent true",
    "echo": "nc -ll -p 7 -e cat",
    "daytime": "nc -ll -p 13 -e date",
}

INIT = """#!/bin/busybox sh
busybox mkdir -p /proc /sys /dev /data /tmp /etc /var/log /run
busybox mount -t proc proc /proc; busybox mount -t sysfs sys /sys; busybox mount -t devtmpfs dev /dev
busybox --install -s /bin
PATH=/bin; exec >/dev/console 2>&1
echo 6 >/proc/sys/kernel/printk
for module in virtio_pci virtio_blk virtio_net ext4 fuse nfnetlink tun; do
    echo "loading $module"; modprobe $module
done
ip link set lo up
mount -t ext4 /dev/vda /data && echo "mounted /data" || echo "could not mount /data: status $?"
STEPS
for pid in $(cat /run/*.pid); do kill -0 $pid 2>/dev/null || echo "pid $pid is gone"; done
netstat -tuln
df; free; ps
echo "boot complete in $(cut -d ' ' -f 1 /proc/uptime) s"
umount /data; sync; poweroff -f
"""

BOOT = """
    kernel=$(ls /boot/vmlinuz-*); version=${{kernel#/boot/vmlinuz-}}
    mkdir -p tree/bin tree/lib/modules/$version; cp /bin/busybox tree/bin/
    cd /lib/modules/$version
    cp --parents -r modules.* kernel/drivers/virtio kernel/drivers/block kernel/drivers/net kernel/fs kernel/lib \\
        kernel/crypto kernel/arch kernel/net/core kernel/net/netfilter $OLDPWD/tree/lib/modules/$version/
    cd - >/dev/null; cp init tree/init; chmod +x tree/init
    (cd tree; find . | cpio --quiet -o -H newc | gzip -1) >initrd
    mkdir -p data/www data/docs data/crontabs; echo hello >data/www/index.html
    printf 'start 192.0.2.20\\nend 192.0.2.40\\ninterface lo\\npidfile /run/udhcpd\\n' >data/udhcpd.conf
    {before}
    mke2fs -q -t ext4 -d data disk.img 64M
    {damage}
    qemu-system-x86_64 -accel tcg -smp 2 -m {memory} -nographic -no-reboot -kernel $kernel -initrd initrd \\
        -append "console=ttyS0 panic=-1" -drive file=disk.img,if=virtio,format=raw -nic user,model=virtio 2>&1 |
        sed -u 's/\\x1b[^a-zA-Z]*[a-zA-Z]//g' | grep --line-buffered -av '^.c\\?$'
"""


def boot(job: Job, damage: str = "", before: str = "", memory: int = 512, last: str = "", without: str = "") -> None:
    """Boot a kernel, start the daemons one after the other, say what runs, and switch off."""
    steps = [
        f"{command} >/run/{name}.out 2>&1 & pid=$!; echo $pid >/run/{name}.pid; usleep 150000\n"
        f'if kill -0 $pid 2>/dev/null; then echo "rc: started {name} (pid $pid)"\n'
        f'else echo "rc: {name} did not stay"; fi\n'
        f'sed "s/^/{name}: /" /run/{name}.out'
        for name, command in DAEMONS.items()
        if name != without
    ]
    job.write("init", INIT.replace("STEPS", "\n".join([*steps, last])))
    job.on_machine(BOOT.format(before=before, damage=damage, memory=memory))


@pair(
    Fault(
        "damaged file system",
        r"EXT4-fs \(vda\): .*(checksum|corrupt|failed|bad|not)|EXT4-fs error|VFS: Can't find ext4",
    ),
    Fault("not mounted", r"^could not mount /data|^mount: mounting /dev/vda on /data failed"),
    Fault("services without their files", r"rc: (httpd|docs|udhcpd|crond) did not stay"),
    goods=2,
)
def boot_damaged_disk(job: Job) -> None:
    """Linux boots; the file system of its disk is damaged."""
    damage = "dd if=/dev/urandom of=disk.img bs=1024 seek=2 count=40 conv=notrunc status=none"
    boot(job, damage=damage if job.failing else "")


@pair(
    Fault("does not stay", r"rc: udhcpd did not stay"),
    Fault("why", r"is interface eth7 up and configured"),
    Fault("not started", r"rc: started udhcpd", "fewer"),
    goods=2,
)
def boot_failing_service(job: Job) -> None:
    """Linux boots twelve services; the settings of one name an interface that is not there."""
    boot(job, before="sed -i 's/interface lo/interface eth7/' data/udhcpd.conf" if job.failing else "")


@pair(
    Fault("not started", r"rc: started crond", "fewer"),
    Fault("not among what runs", r"crond -f", "fewer"),
    goods=3,
)
def boot_forgotten_service(job: Job) -> None:
    """Linux boots; one service is not started and nothing says so."""
    boot(job, without="crond" if job.failing else "")


@pair(
    Fault("out of memory", r"invoked oom-killer|Out of memory: Killed process"),
    Fault("memory at that time", r"Mem-Info:|active_anon:|Tasks state"),
    Fault("job killed", r"^Killed|index: status 137"),
)
def boot_out_of_memory(job: Job) -> None:
    """Linux boots; a job that it starts wants more memory than there is."""
    count = 12_000_000 if job.failing else 100_000
    last = f"echo indexing; yes | head -n {count} | sort >/dev/null; echo index: status $?"
    boot(job, memory=256, last=last)


SERVICES = [
    "archive",
    "billing",
    "cache",
    "digest",
    "export",
    "fetch",
    "gauge",
    "history",
    "import",
    "journal",
    "kiosk",
    "login",
    "mailer",
    "notify",
    "orders",
    "probe",
]

REAL = {
    "nginx": "exec nginx -g 'daemon off; error_log /dev/stderr notice;'",
    "redis": "exec redis-server --port 6379 --save '' --dir /tmp",
    "sshd": "mkdir -p /run/sshd; exec /usr/sbin/sshd -D -e -p 2222",
    "dnsmasq": "exec dnsmasq -k -p 5353 --log-facility=- --user=root",
}


def worker(name: str) -> str:
    """A script that waits for redis, does five steps, and then waits for ever."""
    return (
        f"echo {name}: starting as $$\n"
        "until : 2>/dev/null >/dev/tcp/127.0.0.1/6379; do sleep 0.2; done\n"
        f"echo {name}: connected to redis\n"
        f"for step in 1 2 3 4 5; do sleep 1.{len(name)}\n"
        f"echo {name}: step $step, $RANDOM items in $((RANDOM % 90 + 10)) ms; done\n"
        f"echo {name}: waiting; exec sleep 1000"
    )


def supervise(job: Job, changed: dict[str, str]) -> None:
    """Let runit start four real daemons and sixteen workers that wait for them, for a while, and stop them.

    `changed`: services that run something else in the run that fails; an empty script leaves one out.
    """
    services = REAL | {name: worker(name) for name in SERVICES}
    for name, text in (services | (changed if job.failing else {})).items():
        if text:
            job.write(f"services/{name}/run", f"#!/bin/bash\nexec 2>&1\n{text}\n").chmod(0o755)
    job.on_machine("""
        timeout -s HUP 22 runsvdir -P services &
        sleep 18; sv status services/*; wait
    """)


@pair(
    Fault("its reason", r"FATAL: kiosk: no licence"),
    Fault("started again and again", r"kiosk: starting as", "more"),
    Fault("never connected", r"kiosk: connected", "fewer"),
)
def runit_restarts(job: Job) -> None:
    """runit starts twenty services; one ends at once and is started again each second."""
    supervise(
        job, {"kiosk": "echo kiosk: starting as $$; sleep 0.1; echo 'FATAL: kiosk: no licence for this host'; exit 1"}
    )


@pair(Fault("never started", r"mailer: starting as", "fewer"), Fault("no work", r"mailer: step", "fewer"), goods=3)
def runit_lost_service(job: Job) -> None:
    """runit starts twenty services, and then one fewer."""
    supervise(job, {"mailer": ""})


@pair(Fault("takes long", r"orders: step \d+, \d+ items in \d{4,} ms", "value"), goods=2)
def runit_slow_service(job: Job) -> None:
    """Of twenty services one says that its steps take a hundred times as long."""
    slow = worker("orders").replace("RANDOM % 90 + 10", "RANDOM % 9000 + 1000")
    supervise(job, {"orders": slow})


@pair(
    Fault("cannot read", r"gauge: cannot open /var/lib/gauge/today"),
    Fault("no work", r"gauge: step", "fewer"),
    goods=2,
)
def runit_another_release(job: Job) -> None:
    """Services were renamed and added, which is as it should be; one cannot read its file and waits."""
    supervise(
        job,
        {
            "digest": "",
            "summary": worker("summary"),
            "login": "",
            "sessions": worker("sessions"),
            "telemetry": worker("telemetry"),
            "gauge": "echo gauge: starting as $$; echo gauge: connected to redis; sleep 1\n"
            "echo gauge: cannot open /var/lib/gauge/today, waiting; exec sleep 1000",
        },
    )
