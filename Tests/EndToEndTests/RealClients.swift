internal import Foundation
internal import TestTraits
internal import Testing

/// The programs that people run, asking gatepost: one after the other, because some tests take the database away.
@Suite(.waitingApart, .serialized, .enabled(if: geteuid() == 0, "needs root: Postfix and mount namespaces"), .stations)
struct RealClients {}
