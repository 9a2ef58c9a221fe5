internal import Glibc
internal import Secrets
internal import Synchronization

/// Reads a password: from the terminal without echo, or a line of standard input.
enum PasswordPrompt {
  /// The longest line that is taken, in bytes: what a terminal's line holds at the most (`N_TTY_BUF_SIZE`).
  static let maximumBytes = 4096

  /// How often a waiting prompt looks for a signal that another thread has taken, in milliseconds.
  private static let signalInterval: Int32 = 100

  /// Why there is no password. Nothing of what was typed is in it.
  enum Failure: Error, Equatable, CustomStringConvertible {
    case noTerminal
    case cancelled
    case tooLong
    case differing
    case endOfInput

    var description: String {
      switch self {
      case .noTerminal: "there is no terminal to ask for a password; use --password-stdin"
      case .cancelled: "no password was given"
      case .tooLong: "the line is longer than \(PasswordPrompt.maximumBytes) bytes"
      case .differing: "the two passwords differ"
      case .endOfInput: "standard input ended before a line"
      }
    }
  }

  /// Asks at the controlling terminal, whatever standard input is. Echo is off meanwhile and comes back in every case, also
  /// when a signal ends or stops the program.
  static func read(_ prompt: String) throws(Failure) -> Secret {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
    guard terminal >= 0 else { throw .noTerminal }
    defer { close(terminal) }
    while true {
      var kept = termios()
      guard tcgetattr(terminal, &kept) == 0 else { throw .noTerminal }
      let signals = PromptSignals()
      var silent = kept
      silent.c_lflag &= ~tcflag_t(ECHO)
      silent.c_lflag |= tcflag_t(ECHONL | ICANON | ISIG)
      guard tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { throw .noTerminal }
      write(prompt, to: terminal)
      let answer = Result { () throws(Failure) -> Secret? in
        try line(from: terminal) { signals.caught == nil }
      }
      tcsetattr(terminal, TCSAFLUSH, &kept)
      let caught = signals.caught
      signals.restore()
      guard let caught else {
        if let secret = try answer.get() { return secret }
        throw .cancelled
      }
      write("\n", to: terminal)
      // As if the signal came now, to the process: this thread may have it blocked. Most end the program during the pause; after
      // a stop it asks again.
      kill(getpid(), caught)
      poll(nil, 0, signalInterval)
      if caught != SIGTSTP { throw .cancelled }
    }
  }

  /// Asks twice, for a new password.
  static func readNew() throws(Failure) -> Secret {
    let first = try read("New password: ")
    let second = try read("Again: ")
    guard first.matches(second) else { throw .differing }
    return first
  }

  /// Reads one line, without the LF that ends it; the end of the input ends it too. Nothing behind the line is consumed.
  /// - Parameter descriptor: standard input unless told.
  static func line(from descriptor: Int32 = STDIN_FILENO) throws(Failure) -> Secret {
    guard let secret = try line(from: descriptor, while: { true }) else { throw .endOfInput }
    return secret
  }

  /// - Returns: nil when the input ended before any byte, or `goOn` said no.
  private static func line(from descriptor: Int32, while goOn: () -> Bool) throws(Failure) -> Secret? {
    // Its room is taken beforehand: growing would leave copies behind.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(maximumBytes)
    var byte: UInt8 = 0
    while true {
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, signalInterval)
      if !goOn() { return abandon(&bytes) }
      if ready == 0 || (ready < 0 && errno == EINTR) { continue }
      let count = Glibc.read(descriptor, &byte, 1)
      if count < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      if count <= 0 && bytes.isEmpty { return nil }
      if count <= 0 || byte == UInt8(ascii: "\n") { return Secret.taking(&bytes) }
      if bytes.count == maximumBytes {
        _ = abandon(&bytes)
        throw .tooLong
      }
      bytes.append(byte)
    }
  }

  private static func abandon(_ bytes: inout [UInt8]) -> Secret? {
    _ = Secret.taking(&bytes)
    return nil
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(descriptor, bytes, bytes.count)
  }
}

/// Notes the signals that would end or stop the program while the terminal's echo is off.
private struct PromptSignals {
  private static let watched = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP]
  /// The last one that came; 0 for none. Set by the handler, on any thread.
  private static let last = Atomic<Int32>(0)
  private var kept: [(signal: Int32, action: sigaction)] = []

  init() {
    // Touches the atomic before a handler can: its first use initialises it.
    Self.last.store(0, ordering: .sequentiallyConsistent)
    for signal in Self.watched {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { PromptSignals.last.store($0, ordering: .sequentiallyConsistent) }
      var before = sigaction()
      // One that is ignored (nohup) stays so.
      guard sigaction(signal, nil, &before) == 0, !Self.isIgnored(before) else { continue }
      if sigaction(signal, &action, nil) == 0 { kept.append((signal, before)) }
    }
  }

  var caught: Int32? {
    let signal = Self.last.load(ordering: .sequentiallyConsistent)
    return signal == 0 ? nil : signal
  }

  func restore() {
    for entry in kept {
      var action = entry.action
      sigaction(entry.signal, &action, nil)
    }
  }

  /// SIG_IGN is the pointer 1, which Swift cannot compare as a function.
  private static func isIgnored(_ action: sigaction) -> Bool {
    unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}
