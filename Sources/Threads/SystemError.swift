internal import Glibc

/// A call to the operating system that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// The call's name, as in its manual page.
  public let call: String
  /// `errno`.
  public let code: Int32

  /// A failure of `call` with `code`.
  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// A failure of `call`, with `errno` as it is now.
  public static func last(_ call: String) -> SystemError {
    SystemError(call: call, code: errno)
  }

  /// What the system says of the code, as in "Permission denied".
  public var reason: String {
    String(cString: strerror(code))
  }

  /// The call and the reason.
  public var description: String { "\(call): \(reason)" }
}
