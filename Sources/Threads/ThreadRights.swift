internal import CLinux

/// The system calls that a thread may make: a filter (seccomp(2)) on that thread alone, which it can never take off.
///
/// For threads that work on bytes from outside and need little of the kernel. What is not allowed fails with EPERM and ends nothing:
/// a call that the C library makes unforeseen costs what it was made for, and not the daemon. Threads started by a confined one
/// would be confined too; these may not start any.
///
/// It is a second line and no wall: all threads share one memory, and whoever has taken over one of them may try to have another one
/// do what it cannot.
public struct ThreadRights: Sendable, Equatable {
  /// Numbers of system calls that may be made whatever their arguments.
  private let allowed: [Int32]
  private let mayLock: Bool
  /// Those that make memory accessible, and may not make it executable.
  private static let mapping = [SYS_mmap, SYS_mprotect]

  /// To compute, to wait for other threads, to hand a finished answer to a client that is connected, and to wake a thread.
  public static let computing = ThreadRights(
    // Closing: a thread may hold the last reference to what has a descriptor.
    allowed: memory + ownThread + [SYS_write, SYS_writev, SYS_shutdown, SYS_close])

  /// `computing`, and to serve sockets that are listening already: accept, receive, watch, close.
  public static let serving = ThreadRights(
    allowed: computing.allowed + watching + [
      SYS_accept4, SYS_recvfrom, SYS_getsockopt, SYS_read,
    ])

  /// `serving`, and to read files that are open already, to lock parts of them (fcntl(2), F_SETLK), and to look which files there are.
  public static let servingFiles = ThreadRights(
    allowed: serving.allowed + looking + [SYS_preadv2, SYS_fstat, SYS_faccessat], mayLock: true)

  private init(allowed: [Int32], mayLock: Bool = false) {
    self.allowed = allowed
    self.mayLock = mayLock
  }

  private static let memory = [SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise]

  private static let ownThread: [Int32] = [
    SYS_futex, SYS_sched_yield, SYS_nanosleep, SYS_clock_nanosleep, SYS_restart_syscall,
    // Where the kernel has no clock that can be read without it.
    SYS_clock_gettime, SYS_gettimeofday, SYS_getrandom,
    SYS_getpid, SYS_gettid, SYS_getcpu, SYS_sched_getaffinity, SYS_rseq, SYS_membarrier, SYS_set_robust_list,
    SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    SYS_exit, SYS_exit_group,
  ]

  #if arch(x86_64)
    private static let watching = [SYS_epoll_ctl, SYS_epoll_wait, SYS_epoll_pwait]
    private static let looking = [SYS_newfstatat, SYS_stat, SYS_access]
    /// AUDIT_ARCH_X86_64
    private static let architecture: UInt32? = 0xC000_003E
  #elseif arch(arm64)
    private static let watching = [SYS_epoll_ctl, SYS_epoll_pwait]
    private static let looking = [SYS_newfstatat]
    /// AUDIT_ARCH_AARCH64
    private static let architecture: UInt32? = 0xC000_00B7
  #else
    private static let watching = [SYS_epoll_ctl, SYS_epoll_pwait]
    private static let looking: [Int32] = []
    private static let architecture: UInt32? = nil
  #endif

  /// The highest number of Linux 6.1. Those above, and with them the whole of x32, are answered as a kernel does that does not know
  /// them: the C library then takes an older call.
  private static let newest: UInt32 = 450

  /// Takes all other rights from the calling thread, for good.
  /// - Returns: why it cannot be done; nil when it is done.
  func confine() -> SystemError? {
    guard let program = program(process: UInt32(bitPattern: getpid())) else {
      return SystemError(call: "seccomp", code: ENOSYS)
    }
    let code = gatepost_filter_calls(program, UInt16(program.count))
    return code == 0 ? nil : SystemError(call: "seccomp", code: code)
  }

  /// Why threads cannot be confined here, found out on a thread that ends at once; nil when they can.
  public static var obstacle: SystemError? {
    let found = Lock<SystemError?>(nil)
    do throws(SystemError) {
      let trial = try Worker(name: "confined") {
        let obstacle = serving.confine()
        found.withLock { $0 = obstacle }
      }
      trial.join()
    } catch {
      return error
    }
    return found.withLock { $0 }
  }

  /// In the kernel's language for such filters, classic BPF over `struct seccomp_data`: the call's number is at 0, the architecture at
  /// 4, the arguments from 16 on, eight bytes each.
  ///
  /// The calls that are allowed whatever their arguments come first and by number alone: Linux from 5.11 on recognises them by a bit
  /// and does not run the program for them.
  private func program(process: UInt32) -> [sock_filter]? {
    guard let architecture = Self.architecture else { return nil }
    let refused = Self.returning(UInt32(SECCOMP_RET_ERRNO) | UInt32(EPERM))
    let permitted = Self.returning(UInt32(SECCOMP_RET_ALLOW))
    var program = [
      Self.load(4), Self.jump(BPF_JEQ, architecture, past: 1), refused,
      Self.load(0), Self.jump(BPF_JGT, Self.newest, elsePast: 1),
      Self.returning(UInt32(SECCOMP_RET_ERRNO) | UInt32(ENOSYS)),
    ]
    for number in allowed { program += [Self.jump(BPF_JEQ, UInt32(number), elsePast: 1), permitted] }
    for number in Self.mapping {
      program += [
        Self.jump(BPF_JEQ, UInt32(number), elsePast: 4),
        Self.load(Self.argument(2)), Self.jump(BPF_JSET, UInt32(PROT_EXEC), elsePast: 1), refused, permitted,
      ]
    }
    if mayLock {
      program += [
        Self.jump(BPF_JEQ, UInt32(SYS_fcntl), elsePast: 5),
        Self.load(Self.argument(1)), Self.jump(BPF_JEQ, UInt32(F_GETLK), past: 1),
        Self.jump(BPF_JEQ, UInt32(F_SETLK), elsePast: 1), permitted, refused,
      ]
    }
    program += [
      // Without an address: along a connection that is there.
      Self.jump(BPF_JEQ, UInt32(SYS_sendto), elsePast: 6),
      Self.load(Self.argument(4)), Self.jump(BPF_JEQ, 0, elsePast: 3),
      Self.load(Self.argument(4) + 4), Self.jump(BPF_JEQ, 0, elsePast: 1), permitted, refused,
      // abort(3): a signal to itself.
      Self.jump(BPF_JEQ, UInt32(SYS_tgkill), elsePast: 3),
      Self.load(Self.argument(0)), Self.jump(BPF_JEQ, process, elsePast: 1), permitted,
      refused,
    ]
    return program
  }

  private static func argument(_ index: UInt32) -> UInt32 { 16 + 8 * index }

  private static func load(_ offset: UInt32) -> sock_filter {
    sock_filter(code: UInt16(BPF_LD | BPF_W | BPF_ABS), jt: 0, jf: 0, k: offset)
  }

  /// - Parameters:
  ///   - past: instructions that are left out when the loaded word compares.
  ///   - elsePast: instructions that are left out when it does not.
  private static func jump(_ comparison: Int32, _ value: UInt32, past: UInt8 = 0, elsePast: UInt8 = 0) -> sock_filter {
    sock_filter(code: UInt16(BPF_JMP | BPF_K | comparison), jt: past, jf: elsePast, k: value)
  }

  private static func returning(_ verdict: UInt32) -> sock_filter {
    sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: verdict)
  }
}
