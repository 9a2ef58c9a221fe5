import Testing

@testable import SQLiteDirectory

@Suite struct IntegerTextTests {
  @Test(arguments: [0, 1, -1, 9, 10, 5000, 4_294_967_295, Int64.max, Int64.min]) func writesAsSQLiteDoes(
    _ number: Int64
  ) {
    let text = IntegerText()
    #expect(String(decoding: text.text(of: 7), as: UTF8.self) == "7")
    for _ in 0..<2 { #expect(String(decoding: text.text(of: number), as: UTF8.self) == String(number)) }
  }
}
