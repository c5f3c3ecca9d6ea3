// The secret of a one-time link stands in the fragment, which no browser sends. It goes into the form, and the address
// bar forgets it; the person presses the button, so that a link preview uses nothing up.
const secret = decodeURIComponent(location.hash.slice(1));
if (secret) {
  document.getElementById("secret").value = secret;
  history.replaceState(null, "", location.pathname);
}
