namespace MdlRuntime.Verification;

/// <summary>An object whose history a verified machine keeps.</summary>
internal interface ITracked
{
    /// <summary>System address by which bug check parameters name the object; 0 for objects without one.</summary>
    nuint Address { get; }

    /// <summary>Made at the first transition; objects that are reused keep theirs and restart it.</summary>
    ObjectHistory? History { get; set; }
}
