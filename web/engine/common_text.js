// Words that logs have in common, which the learner has read before it reads anything else. model/common_text.txt has
// the same: see model/common_text.py.

const COMMON_TEXT = `system is starting up, version and build of the running software
starting service, please wait until all services have started
service started successfully, listening on all interfaces
service stopped, shutting down cleanly after the last request
service failed to start, see the log file for details
stopping service, waiting for running jobs to finish
restarting service after unexpected exit, attempt 2 of 5
process exited with status 1, killed by signal 15
process terminated by signal, core dumped
main process started with pid 1234 and running as user root
received signal to terminate, exiting now
reloading configuration after hangup signal
configuration file loaded from /etc/service/config.conf
configuration option unknown, ignored in line 12
invalid value for option, using default instead
could not read configuration, permission denied
could not open file for reading: no such file or directory
failed to open file for writing: read-only file system
failed to create directory, file exists already
cannot allocate memory, out of memory, killed process
no space left on device, disk is full
disk usage is above the limit, please delete old files
too many open files, limit reached, raise the limit
input output error while reading from device
operation not permitted, operation not supported, not implemented
resource temporarily unavailable, device or resource busy
argument list too long, bad file descriptor, broken pipe
interrupted system call, invalid argument, is a directory
connection established from client address 10.0.0.1 port 443
connection closed by remote host before the request was complete
connection refused by server, connection reset by peer
connection timed out after 30 seconds, retrying in 5 seconds
connection to database lost, trying to reconnect
connection limit reached, rejecting new connections
network is unreachable, no route to host, host is down
address already in use, cannot assign requested address
cannot resolve host name, name or service not known
temporary failure in name resolution, server not responding
network interface eth0 is up, link is up at 1000 Mbps full duplex
network interface is down, link is not ready, carrier lost
network device registered with hardware address 00:00:00:00:00:01
promiscuous mode of the interface is on, is off
interface brought up, loopback brought up
network parameters set, network configured
lease of address obtained from server, renewal in 3600 seconds
request for an address broadcast, address offered, address acknowledged, address released
route added to the routing table, default gateway changed
firewall rules loaded, packet dropped, packet accepted, packet rejected
packet too large, fragment received, checksum error, bad checksum
table of neighbours is full, address is a duplicate
protocol family registered, protocol version mismatch
transmit timed out, transmit queue stopped, receive buffer overrun
socket closed, socket error, socket option not available
bytes received, bytes sent, packets received, packets sent, errors
tunnel opened, tunnel closed, peer disconnected, peer is unreachable
certificate verified, certificate has expired, certificate will expire soon
certificate is not yet valid, self signed certificate in chain
handshake failed, unknown certificate authority, no shared cipher
key exchange completed, key loaded from file, wrong key format
secure connection accepted, insecure connection refused
authentication succeeded for user, authentication failure for user
authentication method not allowed, password expired, account locked
login accepted for user alice from terminal, login incorrect
failed login from unknown user, too many failures, disconnecting
a session was opened, a session was closed, sessions of this user, of root
user logged in, user logged out, user added to group, user removed from group
new user created, password changed, permission granted, permission denied
access denied by policy, access allowed, request not authorised
invalid user name, invalid password, invalid token, token expired
check passed, check failed, user unknown, no such user
command executed as administrator, command not found
client disconnects, before authentication, after authentication, disconnected
possible attack detected, address blocked for 600 seconds
identity verified, ticket granted, ticket expired, clock skew too great
mail accepted for delivery, mail queued, mail deferred, mail rejected
message sent to recipient, message removed from queue, message returned to sender
relay denied, recipient unknown, mailbox full, sender address rejected
status sent, status deferred, delayed, size, from, to, subject, client, helo
printing job queued for printer, printer is out of paper, job cancelled
kernel version compiled with compiler on date
kernel options: root device, quiet mode, console settings, command line
kernel memory usage, kernel code, data, reserved, init memory available
the kernel has panicked and will not sync, first process died
bug in the kernel, page fault at virtual address, unable to handle request
physical memory map provided by firmware, usable, reserved, unusable
memory zones: low memory, high memory, normal, available pages
total memory available in megabytes, free memory, buffers, cached, swap
tables of pages, page size, hash tables, entries, order, bytes
dentry cache, inode cache, buffer cache, page cache hash tables
cache size in kilobytes, level one instruction cache, level two data cache
cache hit, cache miss, cache cleared, cache entry expired, cache is stale
detected processor, central processing unit frequency in megahertz
processor features enabled, floating point unit, vector instructions
processor family, model, stepping, vendor, microcode updated
measuring how fast the clock is, timer frequency, clock source selected
calibration of the local timer finished, real time clock initialised
checking instruction sets, checking that the bus works, checking for known errors
write protection works as it should, protected mode, supervisor mode, user mode
fast saving and restoring of registers enabled, exceptions enabled, all done
enabling interrupt controller, interrupt routing table, interrupt link
interrupt not found, disabled interrupt, spurious interrupt on line 7
boot processor, secondary processors, bringing up processors, brought up
booting from hard disk, boot loader, boot parameters, boot completed
configuration space accessed by type, probing hardware, hardware detected
device found, device not found, device added, device removed, device ready
device driver registered, driver loaded, driver unloaded, driver version
driver for controller initialised, no devices found, no controller present
controller at address, controller reset, controller is not responding
bus number, bus scan, bridge, slot, port, host bridge, root hub
plug and play: devices detected, supported, firmware support
assigned address, assigned interrupt, resource range reserved, resource conflict
keyboard and mouse attached as input devices, touch pad, tablet, joystick
serial port driver, ports shared, parallel port, printer mode
console: colour display, frame buffer, switching to console, mode set
graphics adapter found, aperture, how much main memory graphics may use at most
sound device, audio codec, mixer, volume control, stereo, input, output
universal serial bus device connected, new high speed device using host controller
new full speed device number 2, device disconnected, device descriptor read error
hub found, ports detected, overcurrent condition, port power enabled
storage device registered, block device, removable disk, attached disk
disk drive model, sectors, cylinders, heads, partitions, write cache enabled
disk partition table, unknown partition, partition check, logical blocks
optical drive, tape drive, floppy drive, drive not ready, no medium found
host adapter, channel, target, logical unit, queue depth, vendor and model
direct memory access enabled, bus master, transfer mode, setting latency timer
read error at sector, write error at block, bad sector, command timeout
hard resetting link, soft reset, device offline, device is not ready
disk failure predicted, temperature, reallocated sectors, self test passed
array is degraded, array rebuilt, mirror synchronised, spare added
volume group activated, logical volume created, snapshot removed
file system mounted with ordered data mode, mounting file systems
root file system is read only, mounting it again for reading and writing
checking root file system, clean, files, blocks, recovering journal
journal recovery complete, journal aborted, orphan inodes deleted
unmounting file systems, swap off, swap on, quotas off, quotas on, swap space enabled
swap activated, adding swap on partition, priority, extents
quota exceeded, quota turned on, disk quotas initialised
image of a root file system found and unpacked, unused memory freed
network file system: server does not respond, still trying, server is back
remote procedure call service registered, port mapper started, lock manager
file locked by another process, lock released, deadlock detected
security framework ready, security policy loaded, permissive mode, enforcing mode
security module registered, capability enabled, policy denied access, enforcing
access vector, context, class, labels, type, user, role, audit enabled
audit daemon started, audit backlog limit exceeded, audit event lost
initialising random number generator, entropy available, random pool ready
loading module, module inserted, license of a module taints the kernel, module not found
a symbol has another version, is undefined, is unresolved, is exported
starting system logger, starting kernel logger, log rotated, log source stopped
starting scheduler daemon, job started, job finished, job failed
scheduled task will run at midnight, daily, weekly, monthly, hourly
anniversary, calendar, reminder, timer elapsed, timer started
time synchronised with server, time reset, clock stepped, stratum changed
clock source unstable, system clock set, hardware clock updated, leap second
power button pressed, power management, power supply, battery charging, battery low
battery discharging, battery is critically low, suspend, resume, hibernate, standby
advanced power interface, enabled, disabled, version, flags, driver, event
thermal zone, temperature above threshold, fan failed, fan speed, throttling
temperature, humidity, pressure, voltage, current, power, energy, sensor reading
sensor offline, sensor calibrated, value out of range, alarm raised, alarm cleared
pump on, pump off, valve open, valve closed, motor started, motor stopped
door opened, door closed, light on, light off, heating, cooling, idle, active
state changed from running to stopped, mode changed from automatic to manual
state ready, state waiting, state error, state unknown, state degraded
node joined the cluster, node left the cluster, leader elected, follower
heartbeat missed, heartbeat received, quorum lost, quorum reached, failover
primary, secondary, replica, replication lag, synchronised, out of sync
container created, container started, container died, container removed
image pulled, image not found, the container fails again and again, waiting longer
liveness probe failed, readiness probe failed, health check passed, unhealthy
pod scheduled, volume attached, volume mounted, secret not found
deployment scaled, rollout finished, rollback started, evicted
request received, request completed in 12 ms with status 200
request failed with status 500 internal server error, bad gateway
not found, forbidden, unauthorised, too many requests, service unavailable
get, post, put, delete, head, options, patch, redirect, moved permanently
the upstream server took too long to send its response header
upstream closed its connection too early, no upstream is alive, body sent by client is too large
listing of a directory is forbidden by a rule, script cannot be found
the file does not exist, configuration of the server denies it to this client
child process is ready, worker ready, worker exiting, worker timeout
workers spawned, slots, scoreboard, graceful restart asked for, normal operation goes on
server was configured, signal caught, semaphore, environment, module is missing
user agent, referrer, browser, mobile, crawler, robot, search
page not found, template error, session expired, cookie rejected
cross origin request blocked, content security policy, websocket opened
query took longer than expected, slow query, rows examined, rows returned
database opened, database closed, table created, table locked, index rebuilt
transaction started, transaction committed, transaction rolled back, deadlock found
a key is there already, constraint violated, unique, foreign key, null value
syntax error at or near, column does not exist, relation does not exist
checkpoint starting, checkpoint complete, buffers written, recycled, distance
vacuum, analyse, automatic vacuum of table, index scans, tuples removed
backup started, backup finished, backup failed, restore completed, archive
migration applied, schema upgraded, schema version, rollback segment
broker connected, topic created, partition assigned, consumer group rebalanced
message published, message acknowledged, message dropped, queue is empty, queue is full
offset committed, producer closed, subscription cancelled, delivery failed
exception in thread main, caused by, more, unhandled exception
null pointer, index out of bounds, illegal argument, illegal state, class not found
stack trace, traceback, most recent call last, line, in, module, function, method
type error, value error, key error, attribute error, runtime error, import error
assertion failed, expected but was, segmentation fault, stack overflow
at com.example.service.handler.process, at java.lang.thread.run, at org.example.main
warning: deprecated function used, will be removed in a future version
debug, info, notice, warning, error, critical, fatal, alert, emergency, trace, verbose
severity, facility, level, message, source, logger, thread, request id, trace id, span
garbage collection pause, heap usage before and after, allocation failure, full collection
thread pool exhausted, task rejected, executor shut down, thread interrupted
class loader, bean created, context initialised, context closed, application started in seconds
plugin enabled, plugin disabled, extension loaded, feature not available, license valid
package installed, package removed, package upgraded, package configured, half installed, unpacked
lists of packages, tree of dependencies, state of the installation read
dependency not satisfied, conflict between packages, version required, already the newest version
downloading archive, download finished, download failed, checksum mismatch, signature verified
repository updated, branch created, commit pushed, merge conflict, tag added
compiling source, linking executable, build succeeded, build failed, target not found
test passed, test failed, test skipped, tests collected, warnings, errors, coverage
cannot find module, undefined reference, implicit declaration, unused variable, missing semicolon
installing dependencies, resolving packages, fetching, extracting, cleaning up, finished
generating report, writing output, rendering, uploading artifact, uploaded, published
job queued, job running, job succeeded, pipeline failed, stage, step, runner, cancelled
retry scheduled, retries exhausted, giving up, will try again later, circuit breaker open
rate limit exceeded, quota remaining, throttled, backpressure, dropped events
payment accepted, payment declined, order created, order shipped, invoice sent, refund
customer, account, balance, amount, currency, product, price, discount, cart, checkout
email, phone, name, street, city, country, language, birthday, profile updated
file uploaded, file downloaded, file deleted, file renamed, file moved, file copied, file too large
import started, import finished, records processed, records skipped, duplicates removed
export finished, rows written, columns, header, delimiter, encoding, unexpected end of file
parse error, unexpected character, malformed request, invalid format, missing field, unknown field
schema validation failed, required property missing, value must be a number, must not be empty
call started, call answered, call ended, call rejected, duration, caller, extension, trunk
stream started, stream ended, frames dropped, bitrate, codec, resolution, buffering
camera connected, motion detected, recording started, recording stopped, snapshot taken
position, speed, heading, altitude, latitude, longitude, satellites, signal strength
access point, wireless network, associated, deauthenticated, roaming, channel, signal, noise
bluetooth device paired, profile connected, adapter powered on, discovery started
modem, carrier, dial, registered to network, signal quality, text message received
robot, arm, axis, limit switch, homing, calibration, emergency stop, position reached
train, track, switch, signal, gate, platform, arrived, departed, delayed, on time
rain, snow, sun, fog, drizzle, wind, cloud, storm, sunrise, sunset, day, night
january, february, march, april, may, june, july, august, september, october, november, december
jan feb mar apr may jun jul aug sep oct nov dec
monday, tuesday, wednesday, thursday, friday, saturday, sunday, mon tue wed thu fri sat sun
second, seconds, minute, minutes, hour, hours, day, days, week, month, year, ago, left, remaining
zero, one, two, three, four, five, six, seven, eight, nine, ten, hundred, thousand, million
first, second, third, last, next, previous, current, old, new, initial, final, total, average
maximum, minimum, mean, median, count, sum, rate, ratio, percent, size, length, width, height
bytes, kilobytes, megabytes, gigabytes, bits, blocks, pages, sectors, lines, words, characters
true, false, yes, no, on, off, none, null, nil, ok, done, failed, enabled, disabled, present, absent
left, right, up, down, top, bottom, north, south, east, west, inside, outside, before, after
red, green, blue, yellow, white, black, orange, grey, dark, light, low, high, fast, slow, hot, cold
the, a, an, of, to, in, on, at, by, for, from, with, without, and, or, not, is, are, was, were, be, been
has, have, had, will, would, can, could, should, may, might, must, do, does, did, this, that, these, those
it, its, they, them, their, we, you, your, he, she, who, which, what, when, where, why, how, there, here
all, any, some, no, none, every, each, other, another, same, different, only, also, already, still, again
because, although, while, until, since, during, between, through, over, under, above, below, against
open, close, read, write, send, receive, start, stop, begin, end, create, delete, remove, add, insert, update
get, set, put, find, search, match, replace, copy, move, rename, load, save, store, restore, import, export
connect, disconnect, bind, listen, accept, reject, refuse, allow, deny, permit, grant, revoke, block, unblock
enable, disable, activate, deactivate, install, uninstall, upgrade, downgrade, register, unregister, attach, detach
mount, unmount, lock, unlock, push, pull, fetch, merge, commit, rollback, abort, cancel, skip, ignore, retry
allocate, free, reserve, release, acquire, claim, assign, map, unmap, initialise, initialize, finalize, reset
initializing, initialized, initialization, synchronizing, synchronized, authorized, unauthorized, recognized, optimized
registering, registered, unregistering, allocating, allocated, allocation, freeing, freed, detecting, detected, detection
checking, checked, probing, scanning, scanned, testing, tested, loading, loaded, reading, writing, written, running
using, used, unused, usage, user, users, available, unavailable, supported, unsupported, support, required, requires
setting, settings, getting, putting, calling, called, returning, returned, returns, return code, exit code, exit status
failing, failure, failures, succeeded, success, successful, successfully, completed, completely, incomplete, complete
expected, unexpected, known, unknown, valid, invalid, legal, illegal, correct, incorrect, correctly, wrong, missing
internal, external, local, remote, global, public, private, shared, common, generic, special, virtual, physical, logical
primary, secondary, active, passive, inactive, static, dynamic, temporary, permanent, persistent, volatile, default, custom
input, output, source, destination, target, origin, origination, client, server, host, guest, peer, proxy, gateway, router
program, process, thread, task, job, daemon, agent, manager, handler, listener, worker, scheduler, monitor, controller
system, subsystem, component, module, unit, instance, object, element, item, entry, record, row, field, column, table
message, event, signal, request, response, reply, query, answer, command, action, operation, transaction, session, call
data, information, information about, details, description, summary, statistics, metrics, report, history, status, state
address, port, path, file, folder, directory, name, type, kind, class, group, owner, mode, flag, flags, option, parameter
number, numbers, value, values, key, keys, index, offset, pointer, handle, identifier, code, hash, digest, signature
memory, disk, processor, network, device, driver, kernel, firmware, hardware, software, bios, board, chip, chipset
interface, protocol, connection, link, channel, queue, buffer, cache, pool, stack, heap, table, list, tree, map, ring
limit, limits, threshold, timeout, interval, delay, latency, throughput, bandwidth, capacity, load, priority, weight, cost
version, release, build, revision, patch, copyright, license, author, vendor, manufacturer, model, product, serial number
performance, security, reliability, integrity, compatibility, compliance, maintenance, management, monitoring, measurement
transparent, translation, transmission, transport, transfer, transition, transient, transform, transactional
communication, configuration, specification, verification, notification, identification, authentication, authorization
application, administration, calculation, calibration, collection, compilation, compression, condition, conversion
decryption, definition, description, destination, detection, direction, distribution, encryption, evaluation, execution
exception, expiration, extension, extraction, generation, installation, instruction, integration, invocation, isolation
limitation, location, migration, navigation, negotiation, operation, optimization, permission, position, preparation
processing, production, protection, reception, reduction, registration, replication, resolution, restriction, rotation
segmentation, selection, separation, simulation, subscription, suspension, synchronization, termination, validation
availability, capability, possibility, responsibility, utility, facility, activity, entity, identity, priority, quality
environment, element, document, segment, fragment, statement, argument, assignment, attachment, deployment, development
equipment, management, measurement, payment, requirement, replacement, adjustment, enforcement, acknowledgement
automatically, manually, immediately, periodically, explicitly, implicitly, currently, previously, recently, finally
normally, usually, probably, possibly, apparently, approximately, exactly, directly, indirectly, completely, partially
control, controlled, controlling, console, terminal, keyboard, mouse, display, screen, window, graphics, video, audio
linux, unix, windows, android, debian, ubuntu, redhat, centos, fedora, suse, intel, amd, arm, nvidia, cisco, apache
root, admin, administrator, guest, nobody, daemon, operator, postgres, mysql, oracle, tomcat, nginx, docker, jenkins, git
http, https, ftp, ssh, smtp, imap, dns, dhcp, ntp, snmp, ldap, tcp, udp, icmp, ipv4, ipv6, vlan, vpn, tls, ssl, rpc, nfs
usb, pci, scsi, sata, ide, acpi, apic, irq, dma, cpu, gpu, ram, rom, mmu, nic, ups, led, gpio, i2c, uart, tty, pty
sda, sdb, hda, hdb, eth, eth1, wlan0, lo, br0, tun0, ttys0, loop0, md0, ram0, fd0, cdrom, dev, proc, sys, tmp, var, usr, etc
usr/bin, usr/sbin, usr/lib, usr/share, var/log, var/run, var/lib, etc/init.d, opt, home, mnt, media, srv, lib/modules
www, index.html, robots.txt, favicon.ico, login.php, admin.php, style.css, script.js, image.png, photo.jpg, data.json, api/v1
error while processing request for resource, the reason is unknown
error while loading shared libraries, cannot open shared object file
unable to connect to remote server, unable to find a suitable device
unable to determine the type of file, unable to write to disk, unable to locate package
the lock is held by another process, exclusive, unable to lock
could not bind to address, could not create socket, could not load library
could not find any free slot, could not determine the root device
cannot access directory, cannot execute binary file, cannot stat file
cannot connect to server, cannot create temporary file, cannot parse response
failed to acquire lock, failed to send message, failed to receive reply
failed to initialise device, failed to load module, failed to mount, failed to parse
failed to fetch metadata, failed to update index, failed to write entry
ignoring unknown option, ignoring invalid packet, ignoring request from unknown peer
skipping file because it has not changed since the last run
waiting for device to become ready, waiting for network to come up
waiting for lock held by another process, waiting for input, giving up waiting
please check the documentation, please report this to the maintainer, please see the manual
please upgrade to the latest version, please contact your administrator
this is only a warning, this may take a while, this should not happen
if you see this message, something is wrong with your hardware or with the driver
no response from server, no such device, no such process, no more space, no errors found
not enough memory, not enough arguments, not a valid identifier, not a directory, not running
out of range, out of sync, out of date, out of order, out of disk space
too large, too small, too short, too long, too many, too old, too few, too slow
up to date, up and running, uptime, turned on, turned off, shut down, powered off, rebooted
by default, at least, at most, as expected, as root, in use, in progress, on demand, per second
reason: timeout, reason: unknown, cause: connection lost, result: success, status: ok
name=value, user=root, uid=0, gid=0, pid=1, tty=, rhost=, ruser=, port=22, size=0, code=0, id=1, type=info
level=info msg="request finished" method=get path=/index status=200 duration=12ms
{"time":"2024-01-01T00:00:00Z","level":"info","message":"started","id":1,"user":"alice","ok":true,"error":null}
[info] [main] [warn] [error] [debug] [notice] (root) (unknown) <info> <warn> <none> -- ** == :: ->
the operation was started by the user and has been running for several hours
the server has been asked to stop, remaining clients will be disconnected
the device has been removed while it was still in use
the file was changed by another program, reading it again from the beginning
the following problems were found, problems that could not be repaired
there is not enough free space to complete the operation, freeing some space
there are no more items to process, sleeping until new work arrives
this version is no longer supported, an update is available
an error occurred while the page was being loaded, try again in a few minutes
an attempt was made to access a resource that does not exist
a new session was created, a previous session is still active
a connection could not be made because the target refused it
one or more parts failed, some parts were skipped, everything else is fine
nothing to do, nothing changed, nothing was found, nothing left to clean
something went wrong, going back to the last known good configuration
taking longer than usual, slower than expected, faster than before
looking for updates, looking up host, looking for a free port, looking into
switching to backup, switched over to standby, changing state, entering state, leaving state
entering maintenance mode, leaving maintenance mode, maintenance window
putting node into service, taking node out of service, draining node
moving data between nodes, copying blocks, verifying blocks, deleting blocks, block pool
block received from source, block stored, block replicated, block is corrupt, under replicated
blocks mapped, report of blocks processed, responder ends, terminating, terminated
data node, name node, resource manager, application master, container launched, task attempt
map task, reduce task, shuffle, sort, spill, output committed, speculative execution, progress
region server, region opened, region split, compaction started, compaction finished, flush
write ahead log, log segment rolled, log truncated, log replayed, snapshot installed, term, vote
replicating, rebalancing, repairing, streaming, hinted handoff, gossip, token ring, keyspace
check of the machine, error of parity, corrected, uncorrected, correctable, uncorrectable
single bit error, multiple bit error, memory controller, memory module, error syndrome, scrubbing
instruction, register, general purpose registers, program counter, link register, stack pointer
instruction address, data address, data storage, alignment, floating point, exception syndrome
state of the machine, privileged, critical, interrupts from outside, enable, imprecise
store, load, parity of a cache, translation buffer, invalid entry, miss, hit
mesh, tree, collective operations, card, rack, blade, compute node, login node, fabric
fan module, power module, voltage regulator, temperature sensor, coolant, leak detected
job scheduler, batch job, queue, reservation, partition allocated, partition freed, wall time
rank, host list, barrier, broadcast, gather, scatter, checkpoint written, restart file
activity started, activity paused, activity resumed, activity destroyed, screen on, screen off
wake lock acquired, wake lock released, alarm manager, broadcast received, intent, bundle
view attached, window focus changed, touch event, key event, gesture, rotation, orientation
package manager, permission requested, battery level, plugged in, charging state, brightness
service bound, service unbound, binder transaction, application not responding, low memory
windows update, update installed, update failed, servicing, session initialised, store corruption
registry key, registry value, group policy applied, logon type, logon process, security identifier
event log service, component based servicing, trusted installer, startup type, recovery action
a service is running now, a service is stopped now, state of services
the driver detected an error, the system time has changed, the previous shutdown was unexpected
port state changed, spanning tree, topology change, forwarding, blocking, learning, root bridge
neighbour is up, neighbour is down, adjacency, hello timer, hold timer expired, dead timer
routing protocol, autonomous system, prefix, next hop, metric, route withdrawn, route flap
line protocol, changed state to up, changed state to down, administratively, half duplex
access list, inside, outside, built inbound connection, teardown, translation created, deny
intrusion detected, signature matched, classification, priority, port scan, malicious, quarantine
virus found, file cleaned, definitions updated, scan started, scan finished, threat removed
proxy request, cache miss, direct, hierarchy, tunnel established, bytes transferred, blocked category
virtual machine started, virtual machine migrated, guest agent, hypervisor, datastore, snapshot
volume created, volume deleted, volume resized, image uploaded, flavour, tenant, instance spawned
instance launched, instance terminated, instance state, building, scheduling, networking, active
load balancer, backend is up, backend is down, health probe, frontend, listener, stick table
certificate renewed, domain validated, challenge, order, authorisation, renewal not due yet
zone loaded, zone transfer started, transfer completed, serial, refresh, query denied, recursion
dynamic update, lease granted, lease expired, pool exhausted, relay agent, boot file, discover
mailbox opened, mailbox closed, message delivered, folder, quota warning, spam score, greylisted
filter matched, attachment removed, signature valid, signature invalid, policy pass, policy fail
news, feed, article, comment, posted, liked, followed, shared, notification, badge, friend
player joined, player left, match started, match ended, score, level up, achievement, chat, kicked
game, server, world, chunk, entity, tick, overloaded, saving, saved, whitelist, operator
patient, appointment, device, reading, dose, alarm, nurse, doctor, laboratory, sample, result
shipment, parcel, scan, warehouse, shelf, pick, pack, dispatch, tracking, courier, delivered
sensor, meter, counter, pulse, flow, tank, level, filter, heater, boiler, chiller, compressor
inverter, panel, string, grid, frequency, phase, export, import, yield, charge, discharge, load
battery voltage, battery current, state of charge, float, absorption, bulk, equalise, cutoff
irrigation, soil, moisture, greenhouse, plants, harvest, water, food, oxygen, carbon dioxide
habitat, crew, rover, airlock, dust, radiation, pressure, sol, mission, module, supply
station, weather, forecast, visibility, gust, humidity, dew point, rainfall, snow depth, ice
vehicle, engine, gear, brake, throttle, fuel, oil, coolant, tyre, speed limit, ignition, lane
elevator, floor, door, call button, escalator, badge reader, turnstile, parking, barrier
press, spindle, tool change, feed rate, program block, cycle start, cycle end, part counter
recipe, batch, reactor, mixer, dosing, cleaning, interlock, set point, process value, trend
measured, expected, difference, deviation, tolerance, within limits, outside limits, corrected
accuracy, precision, recall, loss, epoch, step, learning rate, gradient, validation, training
model loaded, model saved, inference, prediction, confidence, tokens, prompt, completion, embedding
dataset, split, shuffle, sample, feature, label, class, weight, checkpoint, evaluation, best
cannot divide by zero, number too large, overflow, underflow, not a number, infinite loop
recursion depth exceeded, maximum call stack, memory leak, use after free, double free, corruption
lock order, race condition, watchdog, soft lockup, hung task, blocked for more than, stalled
call trace, code, modules linked in, tainted, hardware name, end trace, register dump
oops, fault, trap, divide error, general protection, invalid opcode, page fault, bad page
promiscuous, multicast, unicast, broadcast, anycast, loopback, bridge, bonding, aggregate
autonegotiation, wake on lan, jumbo frames, offload, checksum offload, ring size, interrupts
hotplug, hotkey, eject, insert, tray, slot power, enclosure, backplane, expander, cable
passthrough, isolation group, remapping, translation enabled, unit, domain, fault recording
signature, image, kernel image, initial ramdisk, compressed, decompressing, relocating, entry point
command line option, boot option, kernel option, parameter ignored, deprecated parameter
early console, early setup, late setup, setup finished, subsystem ready, framework registered
protocol registered, new handler, new driver, new interface, driver of the interface registered
scheduler registered, default scheduler, anticipatory, deadline, completely fair, elevator
cipher, digest, self test, algorithm, random, generator, seed, hardware random number
key ring, key added, key type registered, asymmetric, symmetric, certificate list, revocation
listening on socket, listening for connections, accepted connection, bound to port
reached target, stopped target, started session, created slice, mounted directory, activated swap
a dependency failed, a condition is not met, started too often in a short time, restart scheduled
seat, new session, session removed, buttons, power key, lid closed, lid opened
received request, dropped request, duplicate request, bad request, partial request, pending request
local address, remote address, broadcast address, hardware address, network mask, name server
user name, host name, file name, path name, domain name, service name, display name, job name
process id, thread id, session id, request id, message id, transaction id, device id, vendor id
start time, end time, elapsed time, response time, waiting time, time to live, time zone, time stamp
error code, error message, error rate, error count, warning count, exit value, return value
read only, write only, read write, append, truncate, sync, async, flush, seek, tell, rewind
hello, welcome, goodbye, thanks, sorry, please, help, about, contact, home, search, settings
above, across, again, along, among, around, away, back, both, down, else, even, ever, few, full
good, great, half, high, hold, hope, keep, kind, large, late, less, life, like, little, long, look
made, make, many, more, most, much, near, need, never, nothing, often, once, only, open, others
own, part, place, point, quite, rather, really, right, said, same, seem, show, side, since, small
soon, still, such, sure, take, tell, than, then, thing, think, thus, together, towards, try, turn
under, upon, used, very, want, way, well, went, whether, whole, within, work, world, would, yet
`;
