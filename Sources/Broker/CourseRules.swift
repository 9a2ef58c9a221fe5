internal import Accounts
internal import Passwords

/// What the settings say of every request's course. One object, so that a course holds it with one reference.
final class CourseRules: Sendable {
  /// Indices of all directories, in the order in which they are asked.
  let directories: [Int]
  /// Per directory, whether it has a `set-password` query.
  let offersChange: [Bool]
  /// Per directory, what stored passwords are that do not say it themselves; empty when none has any, as is usual.
  let bareSchemes: [BareScheme?]
  let weakSchemes: WeakSchemes
  /// Per directory, whether it has an `app-passwords` query; nil when none has one.
  let offersAppPasswords: [Bool]?

  init(
    directories: [Int], offersChange: [Bool], bareSchemes: [BareScheme?] = [], weakSchemes: WeakSchemes = .accept,
    offersAppPasswords: [Bool]? = nil
  ) {
    self.directories = directories
    self.offersChange = offersChange
    self.bareSchemes = bareSchemes
    self.weakSchemes = weakSchemes
    self.offersAppPasswords = offersAppPasswords
  }
}
