using FastSeg.Deep;

namespace FastSeg.Pages;

/// <summary>
/// Maps that several runs use at once: they are freed when the page has others, or is closed, and the last run has ended.
/// </summary>
/// <param name="key">What the maps are of, and of which settings.</param>
/// <param name="maps">The maps; owned.</param>
internal sealed class SharedMaps(string key, DeepMaps maps) : IDisposable
{
    private readonly Lock _gate = new();
    private int _holders = 1;

    /// <summary>What the maps are of, and of which settings.</summary>
    public string Key { get; } = key;

    /// <summary>The maps, while they are held.</summary>
    public DeepMaps Maps { get; } = maps;

    /// <summary>Holds them once more; each holder disposes them. Null where they are freed already.</summary>
    public SharedMaps? Hold()
    {
        lock (_gate)
        {
            _holders += _holders > 0 ? 1 : 0;
            return _holders > 0 ? this : null;
        }
    }

    /// <summary>Ends one hold.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _holders--;
            if (_holders == 0)
            {
                Maps.Dispose();
            }
        }
    }
}
