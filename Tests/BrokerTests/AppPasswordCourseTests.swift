import Accounts
import AuthdaemonWire
import Passwords
import Secrets
import Testing

@testable import Broker

/// Event in, action out, where the directories have app passwords.
@Suite struct AppPasswordCourseTests {
  private static let cheap = "{SHA256}X03MO1qnZdYdgyfeuILPmQ=="
  private static let costly = "$2y$10$abcdefghijklmnopqrstuuabcdefghijklmnopqrstuabcdefghijk"

  private let login = RequestCourse.Purpose.login(.login(password: Secret(text: "right")))
  private let change = RequestCourse.Purpose.change(old: Secret(text: "right"), new: Secret(text: "new"))
  private let cram = RequestCourse.Purpose.login(
    .challengeResponse(.cramMD5, challenge: [1, 2], digest: [UInt8](repeating: 0, count: 16)))

  private func course(
    _ purpose: RequestCourse.Purpose, offers: [Bool] = [true], throttled: Bool = false, weak: WeakSchemes = .accept,
    bare: [BareScheme?] = []
  ) -> RequestCourse {
    RequestCourse(
      purpose: purpose, directories: Array(offers.indices), offersChange: offers.map { _ in true },
      needsAdmission: throttled, bareSchemes: bare, weakSchemes: weak, offersAppPasswords: offers)
  }

  private func found(hash: String? = nil, clear: String? = nil, isActive: Bool = true) -> RequestCourse.Event {
    var account = Account(username: Array("alice".utf8), uid: 5000, gid: 5000, home: Array("/home".utf8))
    account.passwordHash = hash.map { Secret(text: $0) }
    account.clearPassword = clear.map { Secret(text: $0) }
    account.isActive = isActive
    return .lookedUp(.accepted(account))
  }

  private func apps(_ rows: (hash: String, label: String)...) -> RequestCourse.Event {
    .foundAppPasswords(
      .accepted(
        rows.map { AppPassword(hash: Secret(text: $0.hash), label: Array($0.label.utf8)) }))
  }

  private let unknown = RequestCourse.Event.lookedUp(.refused(.unknownUser))
  private let away = RequestCourse.Event.foundAppPasswords(.unavailable(Unavailability(.unreachable)))

  private func word(_ action: RequestCourse.Action) -> String {
    switch action {
    case .lookUp(let index): "lookUp \(index)"
    case .lookUpAppPasswords(let index, _): "apps \(index)"
    case .admit(let candidate): "admit\(candidate.lacksAppPasswords ? " lacks" : "")"
    case .recall(_, let keys, _): "recall \(keys.count)"
    case .verify(_, let stored, _, _): "verify \(stored.withBytes { String(decoding: $0.suffix(3), as: UTF8.self) })"
    case .verifyDecoy: "decoy"
    case .verifyChallenge: "challenge"
    case .makeHash: "makeHash"
    case .store: "store"
    case .finish(.accepted(.account(_, let password))):
      "accepted\(password?.matches(Secret(text: "right")) == true ? "" : " with another password")"
    case .finish(.accepted(.changed)): "changed"
    case .finish(.refused(let refusal)): "refused \(refusal.rawValue)"
    case .finish(.unavailable(let cause)): "unavailable \(cause.code.rawValue)"
    }
  }

  private func walk(_ course: inout RequestCourse, _ events: [RequestCourse.Event]) -> [String] {
    events.map { word(course.handle($0)) }
  }

  private func walk(_ course: RequestCourse, _ events: [RequestCourse.Event]) -> [String] {
    var course = course
    return walk(&course, events)
  }

  @Test func theAccountsOwnPasswordNeedsNoSecondQuery() {
    #expect(
      walk(course(login), [.start, found(hash: "{SHA256}own"), .verified(.match)]) == [
        "lookUp 0", "verify own", "accepted",
      ])
    #expect(walk(course(login), [.start, found(clear: "right")]) == ["lookUp 0", "accepted"])
    #expect(walk(course(login), [.start, found(hash: Self.costly), .remembered]).last == "accepted")
  }

  @Test func whatMatchesIsNamed() {
    var course = course(login)
    #expect(
      walk(
        &course,
        [
          .start, found(hash: "{SHA256}own"), .verified(.mismatch),
          apps(("{SHA256}one", "phone"), ("{SHA256}two", "laptop")), .recalled(.nothing),
          .verified(.mismatch), .verified(.match),
        ])
        == ["lookUp 0", "verify own", "apps 0", "recall 2", "verify one", "verify two", "accepted"])
    #expect(course.matchedAppPassword?.label == Array("laptop".utf8))
    #expect(course.matchedAppPassword?.hash.matches(Secret(text: "{SHA256}two")) == true)
  }

  @Test func theOwnPasswordThatMatchesAmongThemIsNoAppPassword() {
    var course = course(login)
    #expect(
      walk(
        &course,
        [
          .start, found(hash: Self.costly), .needsAppPasswords, apps((Self.costly + "1", "phone")),
          .recalled(.nothing), .verified(.match),
        ]) == ["lookUp 0", "verify ijk", "apps 0", "recall 2", "verify ijk", "accepted"])
    #expect(course.matchedAppPassword == nil)
    #expect(!course.wasRemembered)
  }

  @Test func anAccountWithoutAPasswordOfItsOwn() {
    #expect(
      walk(course(login), [.start, found(), apps(("{SHA256}one", "")), .recalled(.nothing), .verified(.match)])
        == ["lookUp 0", "apps 0", "recall 1", "verify one", "accepted"])
    #expect(
      walk(course(login), [.start, found(), apps(), .verified(.mismatch)])
        == ["lookUp 0", "apps 0", "decoy", "refused no usable password"])
  }

  @Test func whatIsRememberedComesBeforeAnyHash() {
    var course = course(login)
    #expect(
      walk(
        &course,
        [
          .start, found(hash: Self.costly), .needsAppPasswords,
          apps((Self.costly + "1", "phone"), (Self.costly + "2", "laptop")), .recalled(.match(2)),
        ]) == ["lookUp 0", "verify ijk", "apps 0", "recall 3", "accepted"])
    #expect(course.matchedAppPassword?.label == Array("laptop".utf8))
    #expect(course.wasRemembered)
    let place = RequestCourse.Event.recalled(.match(3))
    #expect(
      walk(
        self.course(login), [.start, found(hash: Self.costly), .needsAppPasswords, apps(("{SHA256}x", "")), place]
      )
      .last == "unavailable defect of gatepost", "there is no such place")
  }

  @Test func cheapOnesGoFirstThenTheFamiliarOne() {
    let rows = apps(
      (Self.costly + "1", ""), ("{SHA256}two", ""), (Self.costly + "3", ""), ("{SHA256}for", ""))
    let ends = [
      RequestCourse.Event.verified(.mismatch), .verified(.mismatch), .verified(.mismatch), .verified(.mismatch),
    ]
    for (recollection, order) in [
      (RequestCourse.Recollection.nothing, ["two", "for", "ijk", "jk1", "jk3"]),
      (.familiar(3), ["two", "for", "jk3", "ijk", "jk1"]), (.familiar(0), ["two", "for", "ijk", "jk1", "jk3"]),
      (.familiar(2), ["two", "for", "ijk", "jk1", "jk3"]), (.familiar(9), ["two", "for", "ijk", "jk1", "jk3"]),
    ] {
      let words = walk(
        course(login),
        [.start, found(hash: Self.costly), .needsAppPasswords, rows, .recalled(recollection)] + ends
          + [.verified(.mismatch)])
      #expect(Array(words.dropFirst(4)) == order.map { "verify \($0)" } + ["refused wrong password"])
    }
  }

  @Test func aDatabaseThatIsAwayForTheSecondQueryIsNoWrongPassword() {
    for events in [
      [.start, found(hash: "{SHA256}own"), .verified(.mismatch), away], [.start, found(), away],
      [.start, found(hash: Self.costly), .needsAppPasswords, away, .recalled(.nothing), .verified(.mismatch)],
      [.start, found(hash: Self.costly), .needsAppPasswords, away, .recalled(.nothing), .verified(.locked)],
    ] { #expect(walk(course(login), events).last == "unavailable database unreachable") }
    // Whoever needs none is not concerned.
    for events in [
      [.start, found(hash: "{SHA256}own"), .verified(.match)],
      [.start, found(hash: Self.costly), .needsAppPasswords, away, .recalled(.nothing), .verified(.match)],
      [.start, found(hash: Self.costly), .needsAppPasswords, away, .recalled(.match(0))],
    ] { #expect(walk(course(login), events).last == "accepted") }
  }

  @Test func whatCannotBeVerifiedCountsOnlyWhenNothingElseMatches() {
    let strange = Verdict.unverifiable(scheme: "{WHAT}")
    let rows = apps(("{WHAT}one", ""), ("{SHA256}two", ""))
    let start = [
      RequestCourse.Event.start, found(hash: "{SHA256}own"), .verified(.mismatch), rows, .recalled(.nothing),
    ]
    #expect(walk(course(login), start + [.verified(strange), .verified(.match)]).last == "accepted")
    #expect(
      walk(course(login), start + [.verified(strange), .verified(.mismatch)]).last
        == "unavailable unknown password scheme")
    let own = [RequestCourse.Event.start, found(hash: "{WHAT}own"), .verified(strange)]
    #expect(
      walk(course(login), own + [apps(("{SHA256}two", "")), .recalled(.nothing), .verified(.match)]).last
        == "accepted")
    #expect(
      walk(course(login), own + [apps(("{SHA256}two", "")), .recalled(.nothing), .verified(.mismatch)]).last
        == "unavailable unknown password scheme")
    #expect(walk(course(login), own + [apps()]).last == "unavailable unknown password scheme")
  }

  @Test func aLockedAppPasswordIsPassedOverAndALockedAccountIsClosed() {
    let rows = apps(("!one", ""), ("{SHA256}two", ""))
    let start = [
      RequestCourse.Event.start, found(hash: "{SHA256}own"), .verified(.mismatch), rows, .recalled(.nothing),
    ]
    #expect(walk(course(login), start + [.verified(.locked), .verified(.match)]).last == "accepted")
    #expect(walk(course(login), start + [.verified(.locked), .verified(.mismatch)]).last == "refused wrong password")
    #expect(
      walk(course(login), [.start, found(), apps(("!one", "")), .recalled(.nothing), .verified(.locked)]).last
        == "decoy")
    for hash in ["!", "*", "!{SHA256}own", "{CRYPT}!x"] {
      #expect(
        walk(course(login), [.start, found(hash: hash), .verified(.mismatch)])
          == ["lookUp 0", "decoy", "refused password locked"], "\(hash): its app passwords are not asked for")
    }
    #expect(walk(course(login), [.start, found(hash: "h", isActive: false)]) == ["lookUp 0", "decoy"])
  }

  @Test func noAppPasswordProvesAChangeOrAChallenge() {
    #expect(
      walk(course(change), [.start, found(hash: "{SHA256}own"), .verified(.mismatch)])
        == ["lookUp 0", "verify own", "refused wrong password"])
    #expect(walk(course(change), [.start, found()]) == ["lookUp 0", "decoy"])
    #expect(
      walk(course(change), [.start, found(hash: "h"), .needsAppPasswords]).last == "unavailable defect of gatepost")
    #expect(walk(course(cram), [.start, found(hash: "h")]).last == "refused no usable password")
    #expect(
      walk(course(cram), [.start, found(clear: "c"), .verified(.mismatch)])
        == ["lookUp 0", "challenge", "refused wrong password"])
    #expect(walk(course(.account), [.start, found()]).last == "accepted with another password")
  }

  @Test func wrongEverywhereGoesOnToTheNextDirectory() {
    let rows = apps(("{SHA256}one", "phone"))
    #expect(
      walk(
        course(login, offers: [true, false]),
        [
          .start, found(hash: "{SHA256}own"), .verified(.mismatch), rows, .recalled(.nothing), .verified(.mismatch),
          found(hash: "{SHA256}snd"), .verified(.mismatch),
        ])
        == [
          "lookUp 0", "verify own", "apps 0", "recall 1", "verify one", "lookUp 1", "verify snd",
          "refused wrong password",
        ])
    // The second directory's own: nothing is left of the first one's.
    var course = course(login, offers: [true, true])
    let words = walk(
      &course,
      [
        .start, found(), rows, .recalled(.nothing), .verified(.mismatch), found(hash: "{SHA256}snd"), .verified(.match),
      ])
    #expect(words.suffix(3) == ["lookUp 1", "verify snd", "accepted"])
    #expect(course.matchedAppPassword == nil)
    #expect(
      walk(self.course(login, offers: [false, true]), [.start, unknown, found(), rows]).suffix(2)
        == ["apps 1", "recall 1"])
  }

  @Test func bareAndWeakSchemesAreThoseOfTheDirectory() throws {
    let bare = try #require(BareScheme(named: "PLAIN-MD5"))
    let rows = apps(("5f4dcc3b5aa765d61d8327deb882cf99", "phone"))
    for (weak, last) in [
      (WeakSchemes.accept, "accepted"), (.warn, "accepted"), (.refuse, "refused password scheme not allowed"),
    ] {
      var course = course(login, weak: weak, bare: [bare])
      _ = course.handle(.start)
      _ = course.handle(found())
      guard case .recall(_, let keys, _) = course.handle(rows) else {
        Issue.record("nothing is recalled")
        continue
      }
      #expect(keys.first?.stored.matches(Secret(text: "{PLAIN-MD5}5f4dcc3b5aa765d61d8327deb882cf99")) == true)
      _ = course.handle(.recalled(.nothing))
      #expect(word(course.handle(.verified(.match))) == last)
      #expect((course.weakScheme == nil) == (weak == .accept))
    }
    // A strong app password of an account with a weak one.
    var course = course(login, weak: .refuse)
    let words = walk(
      &course,
      [
        .start, found(hash: "{MD5}x"), .verified(.mismatch), apps(("{SSHA512}x", "")), .recalled(.nothing),
        .verified(.match),
      ])
    #expect(words.last == "accepted")
  }

  @Test func aThrottledLoginIsAdmittedWithAllThatItMayMatch() {
    let rows = apps(("{SHA256}one", "phone"))
    #expect(
      walk(
        course(login, throttled: true),
        [.start, found(hash: Self.costly), .needsAppPasswords, rows, .admitted, .recalled(.nothing), .verified(.match)])
        == ["lookUp 0", "admit lacks", "apps 0", "admit", "recall 2", "verify one", "accepted"])
    #expect(
      walk(
        course(login, throttled: true),
        [.start, found(hash: Self.costly), .needsAppPasswords, rows, .recalled(.match(1))]
      )
      .last == "accepted")
    #expect(
      walk(
        course(login, throttled: true),
        [.start, found(hash: "{SHA256}own"), .admitted, .verified(.mismatch), rows, .admitted, .recalled(.nothing)])
        == ["lookUp 0", "admit lacks", "verify own", "apps 0", "admit", "recall 1", "verify one"],
      "let go for a cheap comparison, it asks again before a costly one")
    #expect(
      walk(
        course(login, throttled: true), [.start, found(hash: "{SHA256}own"), .admitted, .verified(.mismatch), apps()])
        == ["lookUp 0", "admit lacks", "verify own", "apps 0", "refused wrong password"], "there is nothing more to do")
    #expect(
      walk(
        course(login, throttled: true),
        [.start, found(), rows, .released, found(hash: "{SHA256}own"), .verified(.match)])
        == ["lookUp 0", "apps 0", "admit", "lookUp 0", "verify own", "accepted"], "held, it is looked up anew")
  }

  /// Whatever comes in whatever order: never a yes that was not earned.
  @Test func noOrderOfEventsAcceptsWithoutAMatch() {
    let events: [RequestCourse.Event] = [
      .start, unknown, away, found(hash: "{SHA256}own"), found(), found(hash: "!"), .verified(.mismatch),
      .verified(.locked), .needsAppPasswords, apps(("{SHA256}one", ""), ("!two", "")), apps(),
      .recalled(.nothing),
      .recalled(.familiar(1)), .recalled(.match(7)), .admitted, .released, .verified(.unverifiable(scheme: "s")),
    ]
    func explore(_ course: RequestCourse, _ depth: Int) {
      guard depth > 0 else { return }
      for event in events {
        var next = course
        let result = word(next.handle(event))
        #expect(!result.hasPrefix("accepted") && result != "changed" && result != "makeHash")
        // Nothing follows an end.
        if !result.hasPrefix("unavailable defect") { explore(next, depth - 1) }
      }
    }
    for purpose in [login, change] {
      for throttled in [false, true] { explore(course(purpose, throttled: throttled), 5) }
    }
  }
}
