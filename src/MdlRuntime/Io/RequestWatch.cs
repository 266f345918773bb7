namespace MdlRuntime;

/// <summary>What the verifier remembers of one request, beyond a single dispatch call.</summary>
internal sealed class RequestWatch
{
    /// <summary>Digest of an invariant buffer when the request was first sent.</summary>
    public int? Digest { get; set; }

    /// <summary>When the request was cancelled, in units of 100 ns.</summary>
    public long? Cancelled { get; set; }

    public void Reset() => (Digest, Cancelled) = (null, null);
}
