import js from "@eslint/js";
import globals from "globals";

export default [
  { files: ["src/autochrome/studio/static/js/**/*.js", "web/**/*.js"], ...js.configs.recommended },
  {
    files: ["src/autochrome/studio/static/js/**/*.js", "web/**/*.js"],
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: { ...globals.browser, ...globals.serviceworker },
    },
    rules: {
      // Types are TypeScript's work.
      "no-undef": "off",
      "no-unused-vars": [
        "error",
        { varsIgnorePattern: "^_$", argsIgnorePattern: "^_$", caughtErrors: "none" },
      ],
      eqeqeq: "error",
      "max-lines": ["error", 400],
      "max-lines-per-function": ["error", 60],
      "no-var": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
];
