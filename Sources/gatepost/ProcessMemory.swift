internal import CLinux
internal import Glibc
internal import Logging
internal import Threads

/// Keeps the process's memory, in which there are passwords, from those whom it does not concern.
enum ProcessMemory {
  /// No core dump, and no reading of the memory (ptrace(2), `/proc/PID/mem`, `environ`) by other processes of the same user. Root can
  /// do both. Where the system refuses, there is nothing to be done about it.
  ///
  /// Nor a crash report on standard error: Swift's shows the memory that the registers point to. Whoever sets `SWIFT_BACKTRACE` wants
  /// it.
  static func hide() {
    _ = gatepost_forbid_dumps()
    guard getenv("SWIFT_BACKTRACE") == nil else { return }
    for crash in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] { signal(crash, SIG_DFL) }
  }

  /// Keeps all of it out of the swap space, where that is allowed without limit; says which of the two holds.
  ///
  /// Under a limit it is left: memory asked for later would count against it, and the allocation that goes beyond fails.
  static func lock(_ logger: Logger) {
    guard gatepost_may_lock_memory() != 0 else {
      logger.info("memory is not locked and may be swapped out: LimitMEMLOCK=infinity would lock it")
      return
    }
    let code = gatepost_lock_memory()
    if code == 0 {
      logger.info("memory is locked: nothing of it is swapped out")
    } else {
      logger.notice("memory may be swapped out: \(SystemError(call: "mlockall", code: code))")
    }
  }
}
