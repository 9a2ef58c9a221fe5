internal import Broker
internal import CLinux
internal import Glibc
internal import Logging
internal import Threads

/// `throttle.state` in the state folder: who failed to log in, over a restart. It is safe to lose; nothing that is wrong with it keeps the
/// daemon from starting.
final class StateFile: Sendable {
  /// How often it is written when something has changed: a minute.
  static let interval: Duration = .seconds(60)

  private let folder: String
  private let path: String
  private let broker: Broker
  private let logger: Logger
  /// The change that was written last.
  private let written = Lock(0)
  private let isStopping = Lock(false)
  private let worker: Lock<Worker?> = Lock(nil)
  private let isInTrouble = Lock(false)

  /// - Parameter folder: should be there.
  init(folder: String, broker: Broker, logger: Logger) {
    self.folder = folder
    path = "\(folder)/throttle.state"
    self.broker = broker
    self.logger = logger
  }

  /// Hands what is in the file to the broker.
  func load() {
    let bytes: [UInt8]
    do throws(SystemError) {
      guard let found = try read() else {
        if access(folder, W_OK | X_OK) != 0 {
          let reason = SystemError.last("access").reason
          logger.warning("state-folder \(folder): \(reason); a restart will forget who failed to log in")
        }
        return
      }
      bytes = found
    } catch {
      logger.warning("\(path) is not used: \(error)")
      return
    }
    let wall = Self.wall
    do throws(ThrottleState.Fault) {
      let state = try ThrottleState(bytes, wall: wall)
      broker.restore(state, wall: wall)
      logger.info("throttle: \(state.count) accounts and addresses from \(path)")
    } catch {
      logger.warning("\(path) is not used: \(error); beginning without")
    }
  }

  /// Writes it every minute from now on, on a thread of its own: a disk may be slow.
  func start() throws(SystemError) {
    let started = try Worker(name: "state") {
      while self.isStopping.wait(Self.interval, until: { $0 ? true : nil }) == nil { self.save() }
      self.save()
    }
    worker.withLock { $0 = started }
  }

  /// Writes it once more.
  func stop() {
    isStopping.withLock { $0 = true }
    isStopping.broadcast()
    worker.withLock { $0 }?.join(Self.patience)
  }

  /// How long the end of the daemon waits for the disk.
  private static let patience: Duration = .seconds(5)

  /// Writes it, if something has changed.
  private func save() {
    var change = written.withLock { $0 }
    guard let state = broker.throttleState(wall: Self.wall, since: &change) else { return }
    do throws(SystemError) {
      try write(state.encoded)
      written.withLock { $0 = change }
      isInTrouble.withLock { $0 = false }
    } catch {
      // Once for each spell of trouble.
      let isNew = isInTrouble.withLock { trouble in
        defer { trouble = true }
        return !trouble
      }
      if isNew { logger.warning("\(path) cannot be written: \(error); a restart will forget who failed to log in") }
    }
  }

  private static var wall: Int64 { Int64(time(nil)) }

  /// Nil when there is no file.
  private func read() throws(SystemError) -> [UInt8]? {
    let descriptor = gatepost_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .last("open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .last("fstat") }
    guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(call: "open", code: EINVAL) }
    guard status.st_size <= ThrottleState.mostBytes else { throw SystemError(call: "open", code: EFBIG) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= ThrottleState.mostBytes {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .last("read") }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// Whole or not at all: under another name, to the disk, then renamed.
  private func write(_ bytes: [UInt8]) throws(SystemError) {
    let scratch = "\(path).new"
    unlink(scratch)
    let descriptor = gatepost_open(scratch, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .last("open") }
    do throws(SystemError) {
      defer { close(descriptor) }
      var offset = 0
      while offset < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw .last("write") }
        offset += count
      }
      guard fsync(descriptor) == 0 else { throw .last("fsync") }
      guard rename(scratch, path) == 0 else { throw .last("rename") }
    } catch {
      unlink(scratch)
      throw error
    }
  }
}
