package import Accounts

/// What the look-up connection is asked.
package struct LookUpQueries: Sendable {
  /// One statement, and room for the values of its parameters.
  package struct Query: Sendable {
    /// Its name on the server.
    package let name: String
    /// As the server gets it.
    package let sql: String
    /// As it was written.
    package let template: QueryTemplate
    package var parameters: BoundParameters

    init(name: String, _ template: QueryTemplate, constants: [Placeholder: [UInt8]]) {
      self.name = name
      self.template = template
      let (sql, placeholders) = template.rendered()
      self.sql = sql
      parameters = BoundParameters(placeholders, constants: constants)
    }
  }

  package var account: Query
  /// Without such a query nobody asks for any.
  package var appPasswords: Query
  /// Whether there is such a query.
  package let hasAppPasswords: Bool

  /// Whether a question cannot be asked, because its service is no text that the database can hold.
  func lacksService(of lookUp: LookUp, on connection: any LookUpConnection) -> Bool {
    switch lookUp.question {
    case .account: account.parameters.lacksService(of: lookUp.key) { connection.canHold($0) }
    case .appPasswords: appPasswords.parameters.lacksService(of: lookUp.key) { connection.canHold($0) }
    }
  }

  package init(_ queries: QuerySet) {
    account = Query(name: "gatepost_account", queries.account, constants: queries.constants)
    hasAppPasswords = queries.appPasswords != nil
    appPasswords = Query(
      name: "gatepost_app_passwords", queries.appPasswords ?? queries.account, constants: queries.constants)
  }
}
