import CLinux
import Glibc
import Testing
import Threads

/// What confined threads can do and what they cannot, asked of the kernel from inside such threads.
@Suite(.enabled(if: ThreadRights.obstacle == nil, "needs seccomp(2) on x86-64 or aarch64"))
struct ThreadRightsTests {
  /// Named here again, so that a right that is given away shows.
  private static let computing: [Int32] = [
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    SYS_futex, SYS_sched_yield, SYS_nanosleep, SYS_clock_nanosleep, SYS_restart_syscall,
    SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom, SYS_getpid, SYS_gettid, SYS_getcpu, SYS_sched_getaffinity,
    SYS_rseq, SYS_membarrier, SYS_set_robust_list, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    SYS_exit, SYS_exit_group, SYS_write, SYS_writev, SYS_shutdown, SYS_close,
  ]
  #if arch(x86_64)
    private static let waiting = [SYS_epoll_wait, SYS_epoll_pwait]
  #else
    private static let waiting = [SYS_epoll_pwait]
  #endif
  private static let serving =
    computing + waiting + [SYS_epoll_ctl, SYS_accept4, SYS_recvfrom, SYS_getsockopt, SYS_read]
  #if arch(x86_64)
    private static let looking = [SYS_newfstatat, SYS_stat, SYS_access]
  #else
    private static let looking = [SYS_newfstatat]
  #endif
  private static let servingFiles = serving + looking + [SYS_preadv2, SYS_fstat, SYS_faccessat]
  private static let newest: Int32 = 450
  /// The numbers between belong to no call; the kernel's own probes use some of them and pass every filter.
  private static let numbers = Array(Int32(0)...334) + Array(424...newest)

  /// What `body` found on a thread with `rights`.
  private func inside<Found>(
    _ rights: ThreadRights?, _ body: @escaping @Sendable () -> sending Found
  ) throws -> Found where Found: Sendable {
    let found = Lock<Found?>(nil)
    let worker = try Worker(name: "test", rights: rights) {
      let value = body()
      found.withLock { $0 = value }
    }
    try #require(worker.join(.seconds(60)))
    return try #require(found.withLock { $0 })
  }

  private static func call(_ number: Int32, _ arguments: Int...) -> Int32 {
    let all = arguments + Array(repeating: 0, count: 6 - arguments.count)
    return gatepost_try_call(Int(number), all[0], all[1], all[2], all[3], all[4], all[5])
  }

  @Test(arguments: [(ThreadRights.computing, computing), (.serving, serving), (.servingFiles, servingFiles)])
  func everyOtherCallIsRefused(_ rights: ThreadRights, _ allowed: [Int32]) throws {
    let refusals = try inside(rights) { () -> [Int32: Int32] in
      // Without the filter some of what follows would do harm.
      guard open("/etc/passwd", O_RDONLY) < 0 else { return [:] }
      var refusals: [Int32: Int32] = [:]
      for number in Self.numbers where !allowed.contains(number) {
        refusals[number] = Self.call(number, -1, -1, -1, -1, -1, -1)
      }
      return refusals
    }
    #expect(refusals.count == Self.numbers.count - allowed.count)
    let others = refusals.filter { $0.value != EPERM }
    #expect(others.isEmpty, "numbers that are let through, and their errno")
  }

  @Test func filesSocketsAndProgramsAreOutOfReach() throws {
    @Sendable func attempts() -> [String: Int32] {
      func code(_ result: Int32) -> Int32 { result < 0 ? errno : 0 }
      return [
        "open": code(open("/etc/passwd", O_RDONLY)), "creat": code(open("/tmp/x", O_CREAT | O_WRONLY, 0o600)),
        "socket": code(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)), "unlink": code(unlink("/nowhere")),
        "execve": code(execve("/nowhere", [nil], [nil])), "kill": code(kill(getppid(), 0)),
        "chmod": code(chmod("/nowhere", 0)), "rename": code(rename("/nowhere", "/elsewhere")),
        "setuid": Self.call(SYS_setuid, Int(getuid())), "mount": Self.call(SYS_mount),
        "ptrace": Self.call(SYS_ptrace, -1),
        "connect": Self.call(SYS_connect, -1),
      ]
    }
    for rights in [ThreadRights.computing, .serving, .servingFiles] {
      let codes = try inside(rights) { attempts() }
      #expect(codes.allSatisfy { $0.value == EPERM }, "\(codes)")
    }
    // The same on a thread with all rights: the refusals are the filter's.
    let codes = try inside(nil) { attempts() }
    #expect(codes["open"] == 0 && codes["socket"] == 0 && codes["unlink"] == ENOENT && codes["execve"] == ENOENT)
  }

  @Test func openFilesAreReadAndLockedAndNoMore() throws {
    let file = open("/etc/passwd", O_RDONLY)
    defer { close(file) }
    @Sendable func attempts() -> [Int32] {
      var lock = flock()
      lock.l_type = Int16(F_RDLCK)
      var byte: UInt8 = 0
      return [
        fcntl(file, F_SETLK, &lock) < 0 ? errno : 0,
        gatepost_read_cached(file, &byte, 1, 0) < 0 && errno == EPERM ? EPERM : 0,
        fcntl(file, F_DUPFD, 0) < 0 ? errno : 0, fcntl(file, F_SETFL, O_NONBLOCK) < 0 ? errno : 0,
      ]
    }
    #expect(try inside(.servingFiles) { attempts() } == [0, 0, EPERM, EPERM])
    #expect(try inside(.serving) { attempts() } == [EPERM, EPERM, EPERM, EPERM])
  }

  @Test func noThreadIsStarted() throws {
    let error = try inside(.serving) { () -> SystemError? in
      do throws(SystemError) {
        _ = try Worker(name: "child") {}
        return nil
      } catch { return error }
    }
    #expect(error == SystemError(call: "pthread_create", code: EPERM))
  }

  @Test func memoryIsNeverExecutable() throws {
    let codes = try inside(.computing) { () -> [Int32] in
      let length = 1 << 16
      let flags = Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS)
      let executable = mmap(nil, length, PROT_READ | PROT_EXEC, flags, -1, 0) == MAP_FAILED ? errno : 0
      guard let usual = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0), usual != MAP_FAILED else { return [] }
      let made = mprotect(usual, length, PROT_READ | PROT_EXEC) != 0 ? errno : 0
      let closed = mprotect(usual, length, PROT_NONE) != 0 ? errno : 0
      munmap(usual, length)
      return [executable, made, closed]
    }
    #expect(codes == [EPERM, EPERM, 0])
  }

  @Test func answersGoAlongConnectionsOnly() throws {
    var pair: [Int32] = [-1, -1]
    #expect(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0, &pair) == 0)
    defer { for descriptor in pair { close(descriptor) } }
    let first = pair[0]
    let results = try inside(.computing) { () -> [Int32] in
      var elsewhere = sockaddr()
      elsewhere.sa_family = sa_family_t(AF_UNIX)
      let length = socklen_t(MemoryLayout<sockaddr>.size)
      let addressed = sendto(first, "x", 1, 0, &elsewhere, length) < 0 ? errno : 0
      return [Int32(send(first, "x", 1, 0)), addressed, Int32(write(first, "y", 1))]
    }
    #expect(results == [1, EPERM, 1])
  }

  @Test func signalsGoToItselfOnly() throws {
    let parent = Int(getppid())
    let codes = try inside(.computing) {
      [Self.call(SYS_tgkill, Int(getpid()), Int(getpid()), 0), Self.call(SYS_tgkill, parent, parent, 0)]
    }
    #expect(codes == [0, EPERM])
  }

  @Test func callsOfTheFutureAreUnknown() throws {
    let x32: Int32 = 0x4000_0000
    let codes = try inside(.serving) {
      [Self.newest + 1, 1_000, x32, x32 + 1, x32 + 520].map { Self.call($0, -1, -1, -1, -1, -1, -1) }
    }
    #expect(codes == Array(repeating: ENOSYS, count: 5), "libc then takes an older call")
  }

  @Test func confinedThreadsComputeAndOthersStayFree() throws {
    let sum = try inside(.computing) { () -> Int in
      let numbers = Lock<[Int]>([])
      for number in 0..<100_000 { numbers.withLock { $0.append(number) } }
      var random = SystemRandomNumberGenerator()
      let drawn = (0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) }
      return numbers.withLock { $0.reduce(0, +) } + (Set(drawn).count > 100 ? 0 : 1)
    }
    #expect(sum == 4_999_950_000)
    let descriptor = open("/etc/passwd", O_RDONLY)
    #expect(descriptor >= 0, "the filter is that thread's alone")
    close(descriptor)
  }
}
