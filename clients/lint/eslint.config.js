// What the compiler doesn't say: dead or misleading code, promises that nobody waits for are its matter too where it can tell.
import js from "@eslint/js";
import { defineConfig } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  { ignores: ["**/dist/**", "**/target/**", "**/node_modules/**"] },
  {
    files: ["js/**/*.ts", "console/**/*.{ts,tsx}"],
    extends: [js.configs.recommended, tseslint.configs.strict, tseslint.configs.stylistic],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error", "warn"] }],
      // The compiler makes every indexed access possibly undefined; "!" is how the code says that it isn't.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Doing nothing is what some listeners are for.
      "@typescript-eslint/no-empty-function": "off",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: "Text becomes nodes, never markup." },
        { property: "outerHTML", message: "Text becomes nodes, never markup." },
        { property: "dangerouslySetInnerHTML", message: "Text becomes nodes, never markup." },
      ],
    },
  },
);
