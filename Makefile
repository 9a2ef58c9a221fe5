# Two commands do everything on a fresh Debian or Ubuntu machine with Swift 6.1 or later:
#   make run     installs what the build needs, builds, makes a small database, serves it, and shows what it answers
#   make test    installs what the tests need (real mail servers and databases), and runs all tests
#   make bench   figures beside courier's own daemon, into docs/performance.md (20 minutes)
#   make soak    ten minutes of mixed load, hostile clients, outages and reloads (MINUTES=1 for one), then make timing
#   make timing  whether the time of a refusal tells who exists (half an hour)
.POSIX:
.PHONY: run test bench soak timing fuzz sanitize build release install lint format clean

PREFIX = /usr/local
DESTDIR =

# yes: gatepost asks MariaDB and MySQL too, which needs libmariadb. Tests always do.
MARIADB =
TRAITS_yes = --traits MariaDB
TRAITS = $(TRAITS_$(MARIADB))
PACKAGES_yes = packaging/packages-mariadb

run: packages-build
	swift build $(TRAITS) --product gatepost
	etc/example/run "$$(swift build --show-bin-path)/gatepost"

test: packages-build packages-test
	@Tests/run

MINUTES = 10
soak: packages-build packages-test
	swift build -c release --product gatepost
	swift build -c release --product soak
	.build/release/soak $(MINUTES)
	.build/release/soak --timing

# The second part of it alone: whether the time of a refusal tells who exists.
timing: packages-build packages-test
	swift build -c release --product gatepost
	swift build -c release --product soak
	.build/release/soak --timing

# As root. Benchmarks/run says what can be set in the environment.
bench: packages-build packages-test packages-bench
	swift build -c release --traits MariaDB --product gatepost --static-swift-stdlib
	Benchmarks/run

# Every fuzz target for so many seconds.
FUZZ_SECONDS = 60
fuzz: packages-build packages-mariadb
	Fuzz/run $(FUZZ_SECONDS)

# The tests of the modules under ThreadSanitizer, then under AddressSanitizer.
sanitize:
	.ci/sanitize thread
	.ci/sanitize address

build: packages-build
	swift build $(TRAITS)

# The standard library goes into the binary: no distribution packages it.
release: packages-build
	swift build -c release $(TRAITS) --product gatepost --static-swift-stdlib

# What is installed as bin/gatepost.
BINARY = .build/release/gatepost
install:
	install -D -m 755 "$(BINARY)" "$(DESTDIR)$(PREFIX)/bin/gatepost"
	install -D -m 644 systemd/gatepost.service "$(DESTDIR)$(PREFIX)/lib/systemd/system/gatepost.service"
	sed -i 's|^ExecStart=/usr/local/bin/|ExecStart=$(PREFIX)/bin/|' "$(DESTDIR)$(PREFIX)/lib/systemd/system/gatepost.service"
	install -D -m 644 systemd/gatepost.socket "$(DESTDIR)$(PREFIX)/lib/systemd/system/gatepost.socket"
	install -D -m 644 systemd/sysusers.conf "$(DESTDIR)$(PREFIX)/lib/sysusers.d/gatepost.conf"
	install -D -m 644 systemd/tmpfiles.conf "$(DESTDIR)$(PREFIX)/lib/tmpfiles.d/gatepost.conf"
	install -D -m 644 etc/gatepost.toml "$(DESTDIR)$(PREFIX)/share/doc/gatepost/gatepost.toml"
	install -D -m 644 etc/fail2ban/filter.d/gatepost.conf "$(DESTDIR)$(PREFIX)/share/doc/gatepost/fail2ban/filter.d/gatepost.conf"
	install -D -m 644 etc/fail2ban/jail.d/gatepost.conf "$(DESTDIR)$(PREFIX)/share/doc/gatepost/fail2ban/jail.d/gatepost.conf"
	install -D -m 644 man/gatepost.8 "$(DESTDIR)$(PREFIX)/share/man/man8/gatepost.8"
	install -D -m 644 man/gatepost.toml.5 "$(DESTDIR)$(PREFIX)/share/man/man5/gatepost.toml.5"

lint:
	swift format lint --strict --recursive Sources Tests Fuzz Package.swift

format:
	swift format --in-place --recursive Sources Tests Fuzz Package.swift

clean:
	rm -rf .build run

.PHONY: packages-build packages-mariadb packages-test packages-bench
packages-build:
	@packaging/install-packages packaging/packages-build $(PACKAGES_$(MARIADB))
packages-mariadb:
	@packaging/install-packages packaging/packages-mariadb
packages-test:
	@packaging/install-packages packaging/packages-test
packages-bench:
	@packaging/install-packages packaging/packages-bench
