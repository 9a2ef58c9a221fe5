import Foundation
import Testing

@testable import gatepost

@Suite("JSON")
struct JSONTests {
  @Test("Every kind of value, on a line and indented")
  func kinds() {
    let value: JSONValue = ["z": nil_, "a": [1, true, "x", .double(1.5)], "empty": [], "none": .object([])]
    #expect(value.line == #"{"z":null,"a":[1,true,"x",1.5],"empty":[],"none":{}}"#)
    #expect(
      value.pretty
        == "{\n  \"z\": null,\n  \"a\": [\n    1,\n    true,\n    \"x\",\n    1.5\n  ],\n  \"empty\": [],\n  \"none\": {}\n}"
    )
  }

  private var nil_: JSONValue { .optional(nil) }

  @Test("What is no number in JSON is null")
  func numbers() {
    #expect(JSONValue.double(.infinity).line == "null")
    #expect(JSONValue.double(.nan).line == "null")
    #expect(JSONValue.int(.min).line == "-9223372036854775808")
  }

  @Test("Quotes, backslashes and control characters are escaped")
  func escapes() {
    #expect(
      JSONValue.string("a\"b\\c\n\r\t\u{0}\u{1B}\u{7F}\u{9B}\u{2028}/é日🎉").line
        == #""a\"b\\c\n\r\t\u0000\u001b\u007f\u009b\u2028/é日🎉""#)
    #expect(JSONValue.string("\r\n").line == #""\r\n""#)
    #expect(JSONValue.object([JSONMember(key: "a\"\n", value: 1)]).line == #"{"a\"\n":1}"#)
  }

  @Test("Bytes that are no UTF-8 are repaired")
  func repair() {
    #expect(JSONValue.text([0x61, 0xFF, 0x62]).line == "\"a\u{FFFD}b\"")
    #expect(JSONValue.text([0xED, 0xA0, 0x80]).line.unicodeScalars.allSatisfy { $0 == "\"" || $0 == "\u{FFFD}" })
  }

  @Test("Another parser reads the same")
  func roundTrip() throws {
    for byte in UInt8.min...UInt8.max {
      let text = String(decoding: [0x41, byte, 0x5A], as: UTF8.self)
      let value: JSONValue = ["k": .string(text)]
      for written in [value.line, value.pretty] {
        let read = try #require(JSONSerialization.jsonObject(with: Data(written.utf8)) as? [String: String])
        #expect(read["k"].map { Array($0.utf8) } == Array(text.utf8))
      }
    }
  }
}
