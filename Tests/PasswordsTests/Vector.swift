import Passwords
import Secrets
import Testing

/// A stored string whose password is known.
struct Vector: Sendable, CustomTestStringConvertible {
  let scheme: String
  let stored: String
  let password: String
  var testDescription: String { scheme + " " + stored.prefix(12) }

  init(_ scheme: String, _ stored: String, _ password: String) {
    self.scheme = scheme
    self.stored = stored
    self.password = password
  }

  /// crypt(3): published ones (PHP's manual, Openwall's bcrypt, Drepper's SHA-crypt, escrypt, passlib), `openssl passwd`, and for
  /// the yescrypt family what libxcrypt computes; and what hashcat publishes of the PHP programs.
  static let crypt: [Vector] = [
    Vector("DES-CRYPT", "rl.3StKT.4T8M", "rasmuslerdorf"),
    Vector("BSDI-CRYPT", "_J9..rasmBYk8r9AiWNc", "rasmuslerdorf"),
    Vector("MD5-CRYPT", "$1$rasmusle$rISCgZzpwk3UhDidwXvin0", "rasmuslerdorf"),
    Vector("MD5-CRYPT", "$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80", "correct horse"),
    Vector("MD5-CRYPT", "$1$$ysVNzQc4CTMkp5daOdZ.3/", "secret"),
    Vector("MD5-CRYPT", "$1$rigsalt1$ihFVM/mYNZeVH1oTypxNq1", "md5crypt-secret"),
    Vector("BLF-CRYPT", "$2a$07$usesomesillystringfore2uDLvp1Ii2e./U9C8sBjqp8I90dH6hi", "rasmuslerdorf"),
    Vector("BLF-CRYPT", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    Vector("BLF-CRYPT", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    Vector("BLF-CRYPT", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"),
    Vector("BLF-CRYPT", "$2y$10$abcdefghijklmnopqrstuuekZCv8Werm9riOHss5vjR1mTbI4eVxO", "bcrypt-secret"),
    Vector("SHA256-CRYPT", "$5$abcdefgh$ruMep1ijHnJPZbETDNiumskxcX3kN4lzZd5VlsqE7eB", "correct horse"),
    Vector(
      "SHA256-CRYPT", "$5$rounds=5000$usesomesillystri$KqJWpanXZHKq2BOB43TSaYhEWsQ1Lr5QNyPCDH/Tp.6", "rasmuslerdorf"),
    Vector(
      "SHA512-CRYPT",
      "$6$abcdefgh$yIZAF3gQPvtKZO/9qOJKffAKKbtS3ef3qmwyugk4uWVjX8YZf/GV3A8SkFxEPY0T56CcilGrHKLffBsp6dLMG.",
      "correct horse"),
    Vector(
      "SHA512-CRYPT",
      "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v.",
      "Hello world!"),
    Vector(
      "SHA512-CRYPT",
      "$6$rigsalt612345678$DdywUjtKOEujpGxqrZmyFNRxIGmIUDDZNtGc8JWDh1fmsq1p7shZvHujqMj.qJAgddblJrDuvzonMU063kwbc/",
      "sha512crypt-secret"),
    Vector("YESCRYPT", "$y$j75$LdJMENpBABJJ3hIHjB1Bi.$LOFz5qVpaHYHlkfy7RM1hH9gRBSqy5mk4KRmFVRFKM4", "pleaseletmein"),
    Vector("YESCRYPT", "$y$j9T$abcdefghijklmnop$J5PazPuEGDZnaoFD.64oAWxxSxzakk0FTCVVe1t.Z25", "yescrypt-secret"),
    Vector("YESCRYPT", "$y$j6T$abcdefgh$E/irI4F7mySJ2IAgN.89ltiMNQq.WgfvmhecgUZurK8", "secret"),
    Vector(
      "GOST-YESCRYPT", "$gy$j75$LdJMENpBABJJ3hIHjB1Bi.$DFeQcmRiMM1ZhJ7ucqwvYLMj56sGp/durhpnAg/nVu2", "pleaseletmein"),
    Vector("SCRYPT", "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D", "pleaseletmein"),
    Vector("SHA1-CRYPT", "$sha1$40000$jtNX3nZ2$hBNaIXkt4wBI2o5rsi8KejSjNqIq", "password"),
    Vector("SUNMD5", "$md5$RPgLF6IJ$WTvAlUJ7MqH5xak2FMEwS/", "passwd"),
    Vector("SUNMD5", "$md5,rounds=5000$GUBv0xjJ$$.CELi7blTxp3uq3U/gb171", "passwd"),
    Vector("NT-CRYPT", "$3$$8846f7eaee8fb117ad06bdd830b7586c", "password"),
    Vector("PHPASS", "$P$984478476IagS59wHZvyQMArzfx58u.", "hashcat"),
    Vector("DRUPAL7", "$S$C33783772bRXEx1aCsvY.dqgaaSu76XmVlKrW9Qu8IQlvxHlmzLf", "hashcat"),
  ]

  /// Digests (computed by Python's hashlib) and clear text.
  static let labelled: [Vector] = [
    Vector("SHA256", "{SHA256}JLU96RGCpWvARMND9vf34MychCxKnmZzKbv3hj641Ks=", "sha256-secret"),
    Vector(
      "SHA512", "{SHA512}TIEyYbC7eFIsX/qaw59mX2yrWkHoL7jZqRG/H8v7A2462ajAPKr37WbLRSXcPe3rLoynW/0IF9C5PcX0NyriVw==",
      "sha512-secret"),
    Vector("SSHA", "{SSHA}gBAauuPj63sY9hC+n9AwDbIBP7ABAgME", "ssha-secret"),
    Vector("SSHA", "{SSHA}FimBS1qglXxhm4itEwkMZ6JyZm1zYWx0c2FsdA==", "ssha8-secret"),
    Vector("MD5", "{MD5}PLTnMmMfR+brlh80VUt83g==", "correct horse"),
    Vector("MD5", "{LDAP-MD5}PLTnMmMfR+brlh80VUt83g==", "correct horse"),
    Vector("MD5", "{MD5}3cb4e732631f47e6eb961f34554b7cde", "correct horse"),
    Vector("MD5RAW", "{MD5RAW}3cb4e732631f47e6eb961f34554b7cde", "correct horse"),
    Vector("MD5RAW", "{PLAIN-MD5}3CB4E732631F47E6EB961F34554B7CDE", "correct horse"),
    Vector("SHA", "{SHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "correct horse"),
    Vector("SHA", "{SHA1}L55TUjtiq8FBorTWAZ0jy6g129A", "correct horse"),
    Vector("SHA", "{SHA.HEX}2f9e53523b62abc141a2b4d6019d23cba835dbd0", "correct horse"),
    Vector("SHA256", "{SHA256.HEX}4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631", "correct horse"),
    Vector("SHA256", "{SHA256}4104d36f8da2c254349f85836793ebe029e0c957063a34c91c2e9203187b5631", "correct horse"),
    Vector("SHA256", "{SHA256.B64}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=", "correct horse"),
    Vector("SHA256", "{SHA256.BASE64}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=", "correct horse"),
    Vector("PLAIN", "{PLAIN}correct horse", "correct horse"),
    Vector("PLAIN", "{CLEAR}{SHA}", "{SHA}"),
    Vector("PLAIN", "{CLEARTEXT}pä ß日本", "pä ß日本"),
    Vector("PLAIN", "{PLAIN.B64}Y29ycmVjdCBob3JzZQ==", "correct horse"),
    Vector("PLAIN-MD4", "{PLAIN-MD4}a448017aaf21d8525fc10ae87aa6729d", "abc"),
    Vector("NT", "{NT}8846f7eaee8fb117ad06bdd830b7586c", "password"),
    Vector("NT", "{NTLM}8846F7EAEE8FB117AD06BDD830B7586C", "password"),
    // Of each byte of the UTF-8 two (libcrypt's $3$); and in UTF-16 (Python).
    Vector("NT", "{NTLM}27b6f2297fc4dacc039bbe06f3309189", "pässwort"),
    Vector("NT", "{NT}82e0efe8eb7c6c8c0da87be006a9d174", "pässwort"),
    Vector("MYSQL", "{MYSQL}*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19", "password"),
    Vector("MYSQL", "{mysql}*2470c0c06dee42fd1618bb99005adca2ec9d1e19", "password"),
    Vector("MYSQL-OLD", "{MYSQL-OLD}5d2e19393cc5ef67", "password"),
    Vector("PLAIN-TRUNC", "{PLAIN-TRUNC}20-correct horse", "correct horse"),
    Vector("MD5-CRYPT", "{MD5}$1$abcdefgh$y6iHhJNbuC0xpbk0w9pm80", "correct horse"),
    Vector(
      "SHA512-CRYPT",
      "{SHA512-CRYPT.B64}JDYkYWJjZGVmZ2gkeUlaQUYzZ1FQdnRLWk8vOXFPSktmZkFLS2J0UzNlZjNxbXd5dWdrNHVXVmpYOFlaZi9HVjNBOFNrRnhFUFkwVDU2Q2NpbEdySEtMZmZCc3A2ZExNRy4=",
      "correct horse"),
  ]

  /// Salts of 0, 1, 4, 8, 16 and 64 bytes (computed by Python's hashlib).
  static let salted: [Vector] = [
    Vector("SMD5", "{SMD5}PLTnMmMfR+brlh80VUt83g==", "correct horse"),
    Vector("SMD5", "{SMD5}vtNM7dCTb/0p0POXGzU91AE=", "correct horse"),
    Vector("SMD5", "{SMD5}5zk8qP71/gsqwOerRoPUEwQLEhk=", "correct horse"),
    Vector("SMD5", "{SMD5}tQZfey/29RfQ2fbKvD+bcggPFh0kKzI5", "correct horse"),
    Vector("SMD5", "{SMD5}WC7Yn+1GqyyjtCwaR+OntBAXHiUsMzpBSE9WXWRrcnk=", "correct horse"),
    Vector(
      "SMD5",
      "{SMD5}bMuSYhGGYUqIw2jTQuaGgkBHTlVcY2pxeH+GjZSboqmwt77FzNPa4ejv9v0ECxIZICcuNTxDSlFYX2ZtdHuCiZCXnqWss7rByM/W3eTr8vk=",
      "correct horse"),
    Vector("SSHA", "{SSHA}L55TUjtiq8FBorTWAZ0jy6g129A=", "correct horse"),
    Vector("SSHA", "{SSHA}14DMREixu9WNmet9XNpReK9VzhsB", "correct horse"),
    Vector("SSHA", "{SSHA}prS0X9MggNKry6BvbvIg4gADLHAECxIZ", "correct horse"),
    Vector("SSHA", "{SSHA}dohjC3O1GcLaGb+8Nax2D1vnhA8IDxYdJCsyOQ==", "correct horse"),
    Vector("SSHA", "{SSHA}6TOSuw33fqTrSs5ocwOdFdipiKgQFx4lLDM6QUhPVl1ka3J5", "correct horse"),
    Vector(
      "SSHA",
      "{SSHA}2pQXqU2L6TidiDRxBgJhB/5rOztAR05VXGNqcXh/ho2Um6KpsLe+xczT2uHo7/b9BAsSGSAnLjU8Q0pRWF9mbXR7gomQl56lrLO6wcjP1t3k6/L5",
      "correct horse"),
    Vector("SSHA256", "{SSHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE=", "correct horse"),
    Vector("SSHA256", "{SSHA256}LiGEdiPGUX/YhBt0HgHrWxjYBxPKFP6He0xtMRI5rqkB", "correct horse"),
    Vector("SSHA256", "{SSHA256}pnDuuhntTHQ2p/be+fLUO7/ZMJMFfCdGVI32MS6x2fAECxIZ", "correct horse"),
    Vector("SSHA256", "{SSHA256}A/4K6IBY9FGKf7HD4e03ZWnS1Ip1PR+uoYHbBtBp8I8IDxYdJCsyOQ==", "correct horse"),
    Vector("SSHA256", "{SSHA256}bIMv9tAsu9VGUCQxQPccyjW4QYMpC9dw4i/w5Qn8skoQFx4lLDM6QUhPVl1ka3J5", "correct horse"),
    Vector(
      "SSHA256",
      "{SSHA256}J2cZbexM0ROORzAlFuToOqlJ6PiAg5/PZM3R08Nk5klAR05VXGNqcXh/ho2Um6KpsLe+xczT2uHo7/b9BAsSGSAnLjU8Q0pRWF9mbXR7gomQl56lrLO6wcjP1t3k6/L5",
      "correct horse"),
    Vector(
      "SSHA512", "{SSHA512}VraY3v7bWkNbY0r+MyC7rz/c2SC2xQOkRvx7endrKY1HnRumqLYXgI6wv1ec6aldZoNHvKtxSQhayTyyeZUZew==",
      "correct horse"),
    Vector(
      "SSHA512", "{SSHA512}R4NaljHiiPTtcC96Fy5fd/vx5tbX/wo3IFG46qVfCAWW0wBBZ23jAYg3yhzG1WiqPS32O29JIEmsW4dwncJ3CgE=",
      "correct horse"),
    Vector(
      "SSHA512",
      "{SSHA512}pdUWaDgFu2BEyv3wqi9Ple/Ng+dfKDz8k0VQTJXhtw5kHnFGgtGklLF92AFX0Yqvhfmh4k8j0GErNtpTzOZ66QQLEhk=",
      "correct horse"),
    Vector(
      "SSHA512",
      "{SSHA512}LG8GOiuwosFgXBBHiu/BtAzdPycu1JL0R1ebWTnJCpplrUASGb47zlMwpA5C+d6AnLS2gpIyRk4to63Hh/4t0wgPFh0kKzI5",
      "correct horse"),
    Vector(
      "SSHA512",
      "{SSHA512}ODFRJCTXz2MdjjBE1laEma3SxT7o2fy+XvrfAt2Z6wn1h+0ZgGHSJ5BNC/xBAJptKqWTbCcbzJlyhkJumfjL7RAXHiUsMzpBSE9WXWRrcnk=",
      "correct horse"),
    Vector(
      "SSHA512",
      "{SSHA512}fFKlFrMNtLeEzq49siYac5JsZDk3Zb+SoHBV5nKF5z4fFtOOxuSvxZTRSsRiM9il7VJNLmKE1C0Vkjod0xAJREBHTlVcY2pxeH+GjZSboqmwt77FzNPa4ejv9v0ECxIZICcuNTxDSlFYX2ZtdHuCiZCXnqWss7rByM/W3eTr8vk=",
      "correct horse"),
  ]
}
