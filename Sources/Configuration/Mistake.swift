/// One thing that is wrong with a configuration file, in words for the person who wrote it.
///
/// Never holds the value of a key that may hold a password.
public struct Mistake: Sendable, Equatable {
  /// Counted from 1: the line of the key, or of the header of its table; nil when it belongs to no line.
  public let line: Int?
  /// Where, such as `directory[2].queries.account` (`[[directory]]` tables counted from 1); empty for the file as a whole.
  public let key: String
  /// What was expected, and what to do.
  public let text: String

  /// A mistake at `key`.
  public init(line: Int?, key: String, text: String) {
    self.line = line
    self.key = key
    self.text = text
  }
}

/// Everything that is wrong with a configuration, in the order of the file.
public struct ConfigurationError: Error, Sendable, Equatable {
  /// At least one.
  public let mistakes: [Mistake]

  /// An error with these mistakes.
  public init(mistakes: [Mistake]) {
    self.mistakes = mistakes
  }

  /// An error that concerns the file as a whole.
  static func file(_ text: String) -> ConfigurationError {
    ConfigurationError(mistakes: [Mistake(line: nil, key: "", text: text)])
  }
}
