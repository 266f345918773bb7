namespace MdlRuntime;

/// <summary>A timer in virtual time. WDK: KTIMER.</summary>
public sealed class KTimer
{
    internal TimerExpiry? Expiry { get; set; }
}
