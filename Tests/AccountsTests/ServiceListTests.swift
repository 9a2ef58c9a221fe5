import Accounts
import Testing

@Suite struct ServiceListTests {
  private func list(_ text: String) -> ServiceList { ServiceList(Array(text.utf8)) }
  private func holds(_ text: String, _ service: String) -> Bool { list(text).contains(Array(service.utf8)) }

  @Test func namesArePartedByCommasAndWhiteSpace() {
    for text in ["imap,smtp", "imap smtp", " imap ,\tsmtp\n", "IMAP,,Smtp", "smtp;x imap smtp"] {
      #expect(holds(text, "imap") && holds(text, "smtp") && !holds(text, "pop3"), "\(text)")
    }
    #expect(holds("imap", "IMAP"), "as the client says it, in any case")
  }

  @Test func aStarIsEveryServiceAndNothingIsNone() {
    for text in ["*", "imap,*", " * "] { #expect(list(text) == .all) }
    #expect(holds("*", "whatever") && holds("*", ""))
    for text in ["", " ", ","] { #expect(!holds(text, "imap") && !holds(text, "")) }
    #expect(!holds("imap*", "imap"), "no pattern")
  }

  @Test func clientsAndPeopleCallOneServiceByManyNames() {
    let names = [
      ["smtp", "esmtp", "smtps", "submission", "submissions"], ["imap", "imaps"], ["pop3", "pop3s", "pop"],
      ["sieve", "managesieve"], ["webmail"],
    ]
    for group in names {
      for written in group {
        for service in names.flatMap({ $0 }) {
          #expect(holds(written, service) == group.contains(service), "\(written), \(service)")
        }
      }
    }
  }
}
