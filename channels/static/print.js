// The page of a saved plan: the print button shows once it can print. All else needs no script.

const button = document.getElementById("print");
if (button) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
