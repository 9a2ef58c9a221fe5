internal import Accounts
internal import PostgreSQLDirectory
internal import SQLiteDirectory

/// Every kind of database there is. One name here and one module are all that another one takes.
let backEnds: [BackEnd] = [.sqlite, .postgresql]
