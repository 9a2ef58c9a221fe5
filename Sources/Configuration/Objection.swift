/// Why a value is not accepted: the end of a sentence that begins with the key.
struct Objection: Error {
  let text: String

  init(_ text: String) {
    self.text = text
  }
}
