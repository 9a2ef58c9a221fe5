import AuthdaemonWire

/// Feeds the pieces, then ends, as a connection does; what follows the end of the request is not fed.
func parse(_ pieces: some Sequence<ArraySlice<UInt8>>) -> ParsedRequest {
  var parser = RequestParser()
  for piece in pieces {
    if case .done(let parsed) = piece.withUnsafeBytes({ parser.feed($0) }) { return parsed }
  }
  return parser.end()
}

func parse(_ bytes: [UInt8]) -> ParsedRequest {
  parse([bytes[...]])
}

func parse(_ text: String) -> ParsedRequest {
  parse(Array(text.utf8))
}

/// Cut in two at `position`.
func parse(_ bytes: [UInt8], splitAt position: Int) -> ParsedRequest {
  parse([bytes[..<position], bytes[position...]])
}

/// One byte at a time.
func parseDripping(_ bytes: [UInt8]) -> ParsedRequest {
  parse(bytes.indices.lazy.map { bytes[$0...$0] })
}
