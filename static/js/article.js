// What a story does as soon as it is shown; its comments are apart. In production one file, as site.js.
import "./back.js";
import "./share.js";
import "./view-beacon.js";
