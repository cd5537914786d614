import { useRef } from 'preact/hooks';
import { signIn, signInProblem } from '../session.ts';

export function SignIn() {
  const field = useRef<HTMLTextAreaElement>(null);
  return (
    <section class="sign-in" aria-labelledby="sign-in-title">
      <h2 id="sign-in-title">Sign in with a token</h2>
      <p>
        Make one with <code>scripts/token --sub me --role analyst</code>, or <code>--role admin</code> to change rules.
        It stays in this tab and is forgotten with it.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          signIn(field.current!.value);
          field.current?.focus();
        }}
      >
        <label for="token">Token</label>
        <textarea
          id="token"
          ref={field}
          rows={5}
          required
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          aria-describedby="sign-in-problem"
          aria-invalid={signInProblem.value !== ''}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey) {
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }
          }}
        />
        <p id="sign-in-problem" class="problem" role="alert">
          {signInProblem.value}
        </p>
        <button type="submit">Connect</button>
      </form>
    </section>
  );
}
