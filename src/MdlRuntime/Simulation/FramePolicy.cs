using MdlRuntime.Verification;

namespace MdlRuntime.Simulation;

public enum FramePolicy { Scattered, Sequential, Reversed, HighFirst }
