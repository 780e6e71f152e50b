"use strict";

// Swagger UI comes with the package; nothing is fetched from elsewhere.

// Its parts that cannot be read out: a link inside a button (an operation that is
// unfolded has the page's address), and choices, boxes and buttons without a name. A
// choice of servers says nothing: there is this one.
const readable = ({ React: { createElement } }) => {
  const name = (text) => createElement("span", { className: "visually-hidden" }, text);
  const named = (text, around) => (Original) => (props) =>
    createElement(around, null, name(text), createElement(Original, props));
  return {
    wrapComponents: {
      DeepLink: () => ({ text }) => createElement("span", null, text),
      ExamplesSelect: named("Example", "label"),
      RequestBodyEditor: named("Request body", "label"),
      CloseIcon: named("Close", "span"),
      ServersContainer: () => () => null,
    },
  };
};

// Of dark colours it knows, but not of who asked for them.
const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", colour);
colour();

addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("swagger-ui");
  SwaggerUIBundle({
    domNode: place,
    url: place.dataset.document,
    plugins: [readable],
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    tryItOutEnabled: false,
    validatorUrl: null,
    syntaxHighlight: { theme: "tomorrow-night" }, // Its usual numbers are too faint.
  });
});
