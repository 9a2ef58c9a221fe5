internal import CLinux
internal import CSQLite
internal import Glibc

/// Lets SQLite read what the system has in memory, and nothing that a disk would have to be waited for: preadv2(2) with RWF_NOWAIT in
/// the place of the pread(2) that SQLite calls, on threads that ask for it (SQLite lets its system calls be replaced,
/// `sqlite3_vfs.xSetSystemCall`). What is not there is an error of the query, `SQLITE_IOERR`.
///
/// Confined to one thread at a time, as the connection is that it is used with.
final class CachedReading {
  /// Whether the file system can tell what is in memory; nil before anything was read with `watch`.
  private(set) var isPossible: Bool?

  /// Runs `body`, and learns meanwhile whether its reads could be told apart.
  func watch<Result, Failure>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    guard Self.isInstalled else {
      isPossible = false
      return try body()
    }
    mode = .watching
    pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
    defer { pthread_setspecific(Self.key, nil) }
    return try body()
  }

  /// Runs `body`, in which reading never waits for a disk.
  func restrict<Result>(_ body: () -> Result) -> Result {
    mode = .restricted
    pthread_setspecific(Self.key, Unmanaged.passUnretained(self).toOpaque())
    defer { pthread_setspecific(Self.key, nil) }
    return body()
  }

  private enum Mode { case watching, restricted }
  private var mode = Mode.watching

  private func read(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int, _ offset: off_t) -> Int {
    let done = gatepost_read_cached(file, bytes, count, offset)
    let finding = Finding(done, error: errno, isAtEnd: Self.isAtEnd(file, offset))
    switch mode {
    case .watching:
      isPossible = finding != .failed && isPossible != false
      return finding == .read ? done : pread(file, bytes, count, offset)
    case .restricted:
      if finding == .read { return done }
      // SQLite would take EAGAIN for a lock, and EINTR it repeats.
      if done == 0 || errno != EINTR { errno = EIO }
      return -1
    }
  }

  /// What a read came to that does not wait.
  enum Finding {
    case read, missing, failed

    /// - Parameters:
    ///   - done: what preadv2(2) returned.
    ///   - error: `errno` after it.
    ///   - isAtEnd: whether the file has nothing at this place; asked only when `done` says so.
    init(_ done: Int, error: Int32, isAtEnd: @autoclosure () -> Bool) {
      if done > 0 {
        self = .read
      } else if done == 0 {
        // Linux 5.9 and 5.10 may say so of what they have not in memory (preadv2(2), BUGS). SQLite would fill the page with zeros and keep it.
        self = isAtEnd() ? .read : .missing
      } else {
        self = error == EAGAIN ? .missing : .failed
      }
    }
  }

  /// Whether the file ends at `offset` or before. Needs no disk: the file is open.
  private static func isAtEnd(_ file: Int32, _ offset: off_t) -> Bool {
    var status = stat()
    return fstat(file, &status) == 0 && offset >= status.st_size
  }

  /// The calling thread's, while it reads by one.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key, nil)
    return key
  }()

  private typealias Reading = @convention(c) (Int32, UnsafeMutableRawPointer?, Int, off_t) -> Int

  private static let reading: Reading = { file, bytes, count, offset in
    guard let own = pthread_getspecific(key) else { return pread(file, bytes, count, offset) }
    return Unmanaged<CachedReading>.fromOpaque(own).takeUnretainedValue().read(file, bytes, count, offset)
  }

  /// Whether SQLite calls `reading` from now on: it must have been compiled to use pread(2).
  private static let isInstalled: Bool = {
    guard SQLiteLibrary.isInitialised, let system = sqlite3_vfs_find(nil),
      let name = (["pread64", "pread"] as [String]).first(where: { system.pointee.xGetSystemCall?(system, $0) != nil })
    else { return false }
    // SQLite has one type for the addresses of all system calls, and calls this one as a pread.
    let address = unsafeBitCast(reading, to: sqlite3_syscall_ptr.self)
    return system.pointee.xSetSystemCall?(system, name, address) == SQLITE_OK
  }()
}
