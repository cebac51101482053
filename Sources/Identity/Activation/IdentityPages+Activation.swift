internal import Web

extension IdentityPages {
    struct ActivationForm {
        var login = ""
        var code = ""
        var loginError: Phrase?
        var codeError: Phrase?
        var passwordError: Phrase?
        var repeatError: Phrase?
        var failure: Phrase?
        let token: String
    }

    /// Choosing a password with a code.
    func activation(_ form: ActivationForm) -> Page {
        let failure = form.failure.map { Notice(.error, text($0)).html(language, isLive: true) }
        let fields = [
            Field(
                "username", text(.login), value: form.login.isEmpty ? nil : form.login, hint: text(.loginHint),
                error: form.loginError.map(text), autocomplete: "username", maxLength: 256),
            Field(
                "code", text(.code), value: form.code.isEmpty ? nil : form.code, hint: text(.codeHint),
                error: form.codeError.map(text), autocomplete: "one-time-code", maxLength: 64),
            Field(
                "password", text(.newPassword), .input(type: "password"), hint: text(.newPasswordHint),
                error: form.passwordError.map(text), autocomplete: "new-password", maxLength: 1024),
            Field(
                "again", text(.passwordAgain), .input(type: "password"), error: form.repeatError.map(text),
                autocomplete: "new-password", maxLength: 1024),
        ]
        let post = PostForm(
            "/activate", fields, submit: text(.choosePassword),
            cancel: Component.button(text(.backToSignIn), to: "/login"),
            forgeryToken: form.token)
        return Page(
            title: .activateTitle,
            main:
                "\(Component.heading(text(.activateTitle), lead: HTML(text: text(.activateLead))))\(failure)\(Component.card(post.html(language)))",
            width: .narrow, isEntrance: true)
    }

    /// Saying that the password is lost.
    func forgotten(token: String, failure: Phrase?, loginError: Phrase?, isDone: Bool) -> Page {
        let notice: HTML? =
            isDone
            ? Notice(.success, text(.askedForCode)).html(language, isLive: true)
            : failure.map { Notice(.error, text($0)).html(language, isLive: true) }
        let post = PostForm(
            "/forgot",
            [
                Field(
                    "username", text(.login), hint: text(.loginHint), error: loginError.map(text),
                    autocomplete: "username", maxLength: 256)
            ],
            submit: text(.askForCode), cancel: Component.button(text(.haveCode), to: "/activate"), forgeryToken: token)
        return Page(
            title: .lostPassword,
            main:
                "\(Component.heading(text(.lostPassword), lead: HTML(text: text(.forgotLead))))\(notice)\(Component.card(post.html(language)))",
            width: .narrow, isEntrance: true)
    }
}
