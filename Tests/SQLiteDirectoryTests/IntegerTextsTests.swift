import Testing

@testable import SQLiteDirectory

@Suite struct IntegerTextsTests {
  @Test(arguments: [0, 1, -1, 9, 10, 5000, 4_294_967_295, Int64.max, Int64.min]) func writesAsSQLiteDoes(
    _ number: Int64
  ) {
    let texts = IntegerTexts(count: 3)
    func text(_ number: Int64, _ place: Int) -> String {
      String(decoding: texts.text(of: number, at: place), as: UTF8.self)
    }
    #expect(text(7, 1) == "7")
    for _ in 0..<2 { #expect(text(number, 1) == String(number)) }
    // Of each column its own, which lasts.
    let kept = texts.text(of: number, at: 1)
    #expect([text(-12, 0), text(34, 2)] == ["-12", "34"])
    #expect(String(decoding: kept, as: UTF8.self) == String(number))
  }
}
