import Testing

@testable import Broker

@Suite struct PeerPolicyTests {
  @Test func withoutRulesEverythingButSecrets() {
    let grant = PeerPolicy(rules: []).grant(userID: 1, groupID: 1)
    #expect(grant == PeerPolicy.Grant(allow: Set(PeerPolicy.Permission.allCases), secrets: false))
  }

  @Test func withRulesNothingForStrangers() {
    let policy = PeerPolicy(rules: [.init(userID: 89, allow: [.login])])
    #expect(policy.grant(userID: 90, groupID: 89).allow.isEmpty)
    #expect(policy.grant(userID: 89, groupID: 90).allow == [.login])
    #expect(policy.grant(userID: 0, groupID: 0).allow.isEmpty, "root is a stranger too")
  }

  @Test func aGroupIsTheEffectiveOneOrAListedMembership() {
    let policy = PeerPolicy(rules: [.init(groupID: 8, groupMembers: [89], allow: [.account])])
    #expect(policy.grant(userID: 1, groupID: 8).allow == [.account])
    #expect(policy.grant(userID: 89, groupID: 89).allow == [.account])
    #expect(policy.grant(userID: 1, groupID: 9).allow.isEmpty)
  }

  @Test func allConditionsOfARuleHold() {
    let policy = PeerPolicy(rules: [.init(userID: 1, groupID: 2, allow: [.enumerate])])
    #expect(policy.grant(userID: 1, groupID: 2).allow == [.enumerate])
    #expect(policy.grant(userID: 1, groupID: 3).allow.isEmpty)
    #expect(policy.grant(userID: 2, groupID: 2).allow.isEmpty)
  }

  @Test func matchingRulesAddUp() {
    let policy = PeerPolicy(rules: [
      .init(userID: 1, allow: [.login]), .init(groupID: 2, allow: [.account], secrets: true),
    ])
    #expect(policy.grant(userID: 1, groupID: 2) == PeerPolicy.Grant(allow: [.login, .account], secrets: true))
    #expect(policy.grant(userID: 1, groupID: 3) == PeerPolicy.Grant(allow: [.login], secrets: false))
  }

  @Test func aRuleWithoutConditionsMatchesNobody() {
    #expect(PeerPolicy(rules: [.init(allow: [.login])]).grant(userID: 1, groupID: 1).allow.isEmpty)
  }
}
