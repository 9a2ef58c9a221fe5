import Accounts
import Passwords

@testable import Broker

extension RequestCourse {
  /// A course through `directories`, with rules of its own.
  init(
    purpose: Purpose, directories: [Int], offersChange: [Bool], needsAdmission: Bool = false,
    bareSchemes: [BareScheme?] = [], weakSchemes: WeakSchemes = .accept, offersAppPasswords: [Bool]? = nil
  ) {
    self.init(
      purpose: purpose,
      rules: CourseRules(
        directories: directories, offersChange: offersChange, bareSchemes: bareSchemes, weakSchemes: weakSchemes,
        offersAppPasswords: offersAppPasswords),
      needsAdmission: needsAdmission)
  }
}
