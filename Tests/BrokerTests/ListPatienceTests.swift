import Accounts
import Testing
import Threads

@testable import Broker

/// A list whose directory others wait for.
@Suite struct ListPatienceTests {
  @Test func whereNobodyIsHeldUpTheDeskDecides() {
    for answer in [true, false] {
      let patience = ListPatience { _, _ in answer }
      #expect(patience.keepsWaiting(.seconds(20), .seconds(20)) == answer)
      patience.hold.answering({ true }) { #expect(patience.keepsWaiting(.zero, .zero) == answer) }
      #expect(!patience.wasInTheWay)
    }
  }

  @Test func aClientThatStallsIsGivenUp() {
    let patience = ListPatience { _, _ in true }
    patience.hold.answering({ true }) {
      #expect(patience.keepsWaiting(.milliseconds(900), .seconds(20)))
      #expect(!patience.keepsWaiting(.seconds(1), .seconds(20)))
    }
    #expect(patience.wasInTheWay)
  }

  @Test func aClientThatReadsInDripsIsGivenUp() {
    let patience = ListPatience { _, _ in true }
    patience.hold.answering({ true }) {
      #expect(patience.keepsWaiting(.milliseconds(100), .seconds(20)))
      #expect(patience.keepsWaiting(.milliseconds(100), .seconds(20) + .milliseconds(900)))
      #expect(!patience.keepsWaiting(.milliseconds(100), .seconds(21)))
    }
  }

  @Test func whoeverComesNextHasToWaitAsLong() {
    let patience = ListPatience { _, _ in true }
    for waited in 20..<30 {
      patience.hold.answering({ true }) { #expect(patience.keepsWaiting(.milliseconds(100), .seconds(waited))) }
      #expect(patience.keepsWaiting(.milliseconds(100), .seconds(waited)))
    }
  }
}
