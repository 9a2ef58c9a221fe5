import Testing
import Threads

@testable import Broker

@Suite struct PeerPolicyTests {
  /// What is allowed, of all there is.
  private func allowed(_ policy: PeerPolicy, user: UInt32, group: UInt32, others: [UInt32]? = nil)
    -> Set<PeerPolicy.Permission>
  {
    Set(
      PeerPolicy.Permission.allCases.filter {
        policy.grant($0, userID: user, groupID: group, groups: { others }) != nil
      })
  }

  @Test func withoutRulesEverythingButSecrets() {
    let policy = PeerPolicy(rules: [])
    #expect(allowed(policy, user: 1, group: 1) == Set(PeerPolicy.Permission.allCases))
    for permission in PeerPolicy.Permission.allCases {
      #expect(policy.grant(permission, userID: 0, groupID: 0) == PeerPolicy.Grant(secrets: false))
    }
  }

  @Test func withRulesNothingForStrangers() {
    let policy = PeerPolicy(rules: [.init(userID: 89, allow: [.login])])
    #expect(allowed(policy, user: 90, group: 89, others: [89]).isEmpty)
    #expect(allowed(policy, user: 89, group: 90) == [.login])
    #expect(allowed(policy, user: 0, group: 0).isEmpty, "root is a stranger too")
  }

  @Test func aGroupIsTheEffectiveOneOrASupplementaryOne() {
    let policy = PeerPolicy(rules: [.init(groupID: 8, allow: [.account])])
    #expect(allowed(policy, user: 1, group: 8) == [.account])
    #expect(allowed(policy, user: 89, group: 89, others: [5, 8]) == [.account])
    #expect(allowed(policy, user: 89, group: 89, others: [5, 9]).isEmpty)
    #expect(allowed(policy, user: 89, group: 89, others: []).isEmpty)
    #expect(allowed(policy, user: 89, group: 89, others: nil).isEmpty, "what the kernel does not tell is not there")
  }

  @Test func allConditionsOfARuleHold() {
    let policy = PeerPolicy(rules: [.init(userID: 1, groupID: 2, allow: [.enumerate])])
    #expect(allowed(policy, user: 1, group: 2) == [.enumerate])
    #expect(allowed(policy, user: 1, group: 3, others: [2]) == [.enumerate])
    #expect(allowed(policy, user: 1, group: 3).isEmpty)
    #expect(allowed(policy, user: 2, group: 2, others: [2]).isEmpty)
  }

  @Test func matchingRulesAddUp() {
    let policy = PeerPolicy(rules: [
      .init(groupID: 2, allow: [.account], secrets: true), .init(userID: 1, allow: [.login]),
    ])
    #expect(allowed(policy, user: 1, group: 2) == [.login, .account])
    #expect(policy.grant(.login, userID: 1, groupID: 2) == PeerPolicy.Grant(secrets: true))
    #expect(policy.grant(.login, userID: 1, groupID: 3) == PeerPolicy.Grant(secrets: false))
    #expect(policy.grant(.login, userID: 1, groupID: 3, groups: { [2] }) == PeerPolicy.Grant(secrets: true))
    #expect(policy.grant(.account, userID: 1, groupID: 3) == nil)
  }

  @Test func aRuleWithoutConditionsMatchesNobody() {
    #expect(allowed(PeerPolicy(rules: [.init(allow: [.login], secrets: true)]), user: 1, group: 1).isEmpty)
  }

  @Test func theBoundOfASocketIsAboveAllRules() {
    let everything = Set(PeerPolicy.Permission.allCases)
    #expect(allowed(PeerPolicy(rules: [], bound: [.login]), user: 0, group: 0) == [.login])
    let policy = PeerPolicy(rules: [.init(userID: 0, allow: everything, secrets: true)], bound: [.login, .account])
    #expect(allowed(policy, user: 0, group: 0) == [.login, .account])
    #expect(allowed(policy, user: 1, group: 0).isEmpty)
    #expect(!policy.isWithinBound(.enumerate))
  }

  /// The kernel is asked for groups when the answer depends on them, and once.
  @Test func groupsAreAskedForOnlyIfTheyMatter() {
    let asked = Lock(0)
    func ask(_ rules: [PeerPolicy.Rule], _ wanted: PeerPolicy.Permission = .login) -> Bool {
      PeerPolicy(rules: rules).grant(wanted, userID: 1, groupID: 2) {
        asked.withLock { $0 += 1 }
        return [7]
      } != nil
    }
    #expect(ask([]))
    #expect(ask([.init(userID: 1, allow: [.login])]))
    #expect(ask([.init(groupID: 7, allow: [.login]), .init(userID: 1, allow: [.login])]), "allowed already")
    #expect(ask([.init(groupID: 2, allow: [.login])]), "the effective group")
    #expect(!ask([.init(groupID: 7, allow: [.account])]), "would not help")
    #expect(!ask([.init(userID: 9, groupID: 7, allow: [.login])]), "another user's")
    #expect(asked.withLock { $0 } == 0)
    #expect(ask([.init(groupID: 6, allow: [.login]), .init(groupID: 7, allow: [.login])]))
    #expect(asked.withLock { $0 } == 1)
    #expect(ask([.init(userID: 1, allow: [.login]), .init(groupID: 7, allow: [.account], secrets: true)]))
    #expect(asked.withLock { $0 } == 2, "for the secrets")
  }
}
