// What a story does as soon as it is shown; what its comments need is fetched later. In production one file, as site.js.
import "./back.js";
import "./share.js";
import "./view-beacon.js";
import "./comment-box.js";
import "./comments-near.js";
